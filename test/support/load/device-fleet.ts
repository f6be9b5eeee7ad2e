import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import { resumeTransactions } from '../../../src/enrolment/transaction/unfinished-transactions.ts';
import { IssuerError } from '../../../src/issuer/issuer.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { readReply } from '../scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../scep-messages/test-device.ts';
import type { AcmPcaWorld } from '../servers/acm-pca-world.ts';

/** One request of one device, and its state. */
interface FleetRequest {
  readonly name: string;
  readonly transactionId: string;
  readonly message: Uint8Array;
  /**
   * The last answer: PENDING, SUCCESS, the reason of a refusal, or that the server cannot answer
   * now.
   */
  state: string;
  certificate: Certificate | undefined;
}

export interface Fleet {
  readonly requests: readonly FleetRequest[];
  /**
   * Every device without a certificate sends one request to some replica; one that was told to wait
   * polls.
   */
  askOnce(): Promise<void>;
  /**
   * Repeats `askOnce` and the servers' chore, with `pauseMs` in between, until all devices have
   * their certificates.
   */
  askUntilServed(pauseMs: number, rounds: number): Promise<void>;
  /** The number of requests in each state. */
  states(): Readonly<Record<string, number>>;
}

const AT_ONCE = 25;
let fleets = 0;

/**
 * `size` requests with distinct names. Several devices share a key; their requests are distinct all
 * the same.
 */
export function makeFleet(world: AcmPcaWorld, size: number): Fleet {
  const device = makeDevice();
  fleets += 1;
  const requests = Array.from({ length: size }, (_, i) =>
    makeRequest(world, device, `device-${fleets}-${i}`),
  );
  let turns = 0;
  const askOnce = async () => {
    const waiting = requests.filter(({ state }) => state !== 'SUCCESS');
    while (waiting.length > 0) {
      const some = waiting.splice(0, AT_ONCE).map((request) => {
        turns += 1;
        return ask(world, device, request, turns);
      });
      await Promise.all(some);
    }
  };
  return {
    requests,
    askOnce,
    async askUntilServed(pauseMs, rounds) {
      for (let round = 0; round < rounds; round += 1) {
        await askOnce();
        if (requests.every(({ state }) => state === 'SUCCESS')) return;
        world.pass(pauseMs);
        await resumeTransactions(world.replicas[round % 2 === 0 ? 0 : 1]);
      }
    },
    states: () => {
      const counts: Record<string, number> = {};
      for (const { state } of requests) counts[state] = (counts[state] ?? 0) + 1;
      return counts;
    },
  };
}

function makeRequest(world: AcmPcaWorld, device: TestDevice, name: string): FleetRequest {
  const subject = parseDistinguishedNameText(`CN=${name}`);
  const csr = deviceCsr(device, { subject, challengePassword: world.challengePassword });
  const message = deviceRequest(device, world.ra, csr, { transactionId: name });
  return { name, transactionId: name, message, state: 'not asked', certificate: undefined };
}

async function ask(
  world: AcmPcaWorld,
  device: TestDevice,
  request: FleetRequest,
  turn: number,
): Promise<void> {
  const { transactionId } = request;
  const poll = () =>
    deviceRequest(device, world.ra, Buffer.alloc(1), { type: 'CertPoll', transactionId });
  // Clients that were told to wait poll; some send the same request again.
  const message = request.state === 'PENDING' && turn % 3 > 0 ? poll() : request.message;
  const replica = world.replicas[turn % 2 === 0 ? 0 : 1];
  try {
    const result = await handlePkiOperation(replica, world.connector, message);
    const reply = readReply(result, world.ra, device);
    request.state = result.decision.refusal?.reason ?? reply.status;
    request.certificate = reply.status === 'SUCCESS' ? reply.certificates[0] : undefined;
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    // HTTP 503: the device sends the same message again.
    request.state = 'come again';
  }
}
