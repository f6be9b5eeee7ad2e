import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import { derIssuerAndSubject } from '../../../src/scep/build-pki-request.ts';
import { type CertRep, readCertRep } from '../../../src/scep/read-cert-rep.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { deviceCsr, deviceRequest, type TestDevice } from '../scep-messages/test-device.ts';
import type { Replica } from '../servers/serve-replicas.ts';
import type { EnrolmentSite } from './enrolment-site.ts';

/** A device with one request, which it sends until it has its certificate. */
export interface RetryingDevice {
  readonly name: string;
  readonly keys: TestDevice;
  readonly site: EnrolmentSite;
  readonly request: ScepMessage;
  readonly poll: ScepMessage;
  /** Every answer so far: SUCCESS, PENDING, an HTTP status, or that none came. */
  readonly answers: string[];
  certificate: Certificate | undefined;
}

interface ScepMessage {
  readonly octets: Uint8Array;
  readonly senderNonce: Uint8Array;
}

/** The longest time that an answer may take, including the wait for the CA, on a busy machine. */
const PATIENCE_MS = 6_000;
/**
 * Far longer than the longest fault, and than the ten seconds after which a replica that asked the
 * CA is presumed dead.
 */
const GIVE_UP_MS = 300_000;
const PAUSE_MS = 300;

export function makeRetryingDevice(
  name: string,
  keys: TestDevice,
  site: EnrolmentSite,
): RetryingDevice {
  const subject = parseDistinguishedNameText(`CN=${name}`);
  const { challengePassword, ca } = site;
  const csr = deviceCsr(keys, { subject, challengePassword });
  const message = (type: 'PKCSReq' | 'CertPoll', content: Uint8Array): ScepMessage => {
    const senderNonce = randomBytes(16);
    const options = { type, transactionId: name, senderNonce };
    return { octets: deviceRequest(keys, ca.recipient, content, options), senderNonce };
  };
  const issuer = ca.chain[0]?.subject ?? ca.recipient.subject;
  return {
    ...{ name, keys, site, answers: [], certificate: undefined },
    request: message('PKCSReq', csr),
    poll: message('CertPoll', derIssuerAndSubject(issuer, subject)),
  };
}

/**
 * Sends the request to one replica after another. A device that is told to wait polls every other
 * time.
 */
export async function enrolAtLast(
  device: RetryingDevice,
  replicas: readonly Replica[],
  first: number,
): Promise<void> {
  const end = performance.now() + GIVE_UP_MS;
  for (let turn = first; performance.now() < end; turn += 1) {
    const replica = replicas[turn % replicas.length];
    if (replica === undefined) throw new Error('there is no replica');
    const polls = device.answers.at(-1) === 'PENDING' && turn % 2 === 0;
    const told = await ask(device, replica, polls ? device.poll : device.request);
    device.answers.push(told.answer);
    device.certificate = told.certificate;
    if (told.certificate !== undefined || told.answer.startsWith('FAILURE')) return;
    await sleep(PAUSE_MS * (0.5 + Math.random()));
  }
  device.answers.push('gave up');
}

/** How often each answer was given, over all devices. */
export function countAnswers(devices: readonly RetryingDevice[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const answer of devices.flatMap(({ answers }) => answers)) {
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}

interface Told {
  readonly answer: string;
  readonly certificate: Certificate | undefined;
}

/** Sends a message once. */
async function ask(
  { name, keys, site }: RetryingDevice,
  replica: Replica,
  { octets, senderNonce }: ScepMessage,
): Promise<Told> {
  const url = `${replica.enrolUrl}${site.path}?operation=PKIOperation`;
  const answer = await post(url, octets);
  if (typeof answer === 'string') return { answer, certificate: undefined };
  const { signers } = site.ca;
  const expected = { transactionId: name, senderNonce, signers, policy: MODERN_ALGORITHMS };
  const reply = readCertRep(answer, expected, keys);
  const [certificate] = reply.status === 'SUCCESS' ? reply.certificates : [];
  return { answer: describeReply(reply), certificate };
}

function describeReply(reply: CertRep): string {
  return reply.status === 'FAILURE' ? `FAILURE ${reply.failInfo} ${reply.text}` : reply.status;
}

/** The octets of a CertRep, or why there are none. */
async function post(url: string, body: Uint8Array): Promise<Uint8Array | string> {
  const headers = { 'Content-Type': 'application/x-pki-message' };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(body), signal });
    const octets = Buffer.from(await response.arrayBuffer());
    return response.ok ? octets : `HTTP ${response.status}`;
  } catch {
    return signal.aborted ? 'nothing in time' : 'the connection was lost';
  }
}
