// Whatever arrives, the handler soon ends in an answer or a DecodeError, and keeps nothing
// (docs/rfc8894-conformance.md S4).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { DecodeError } from '../../src/asn1/decode-error.ts';
import { createKeyTransport } from '../../src/cms/key-transport.ts';
import { handlePkiOperation } from '../../src/enrolment/handle-pki-operation.ts';
import { drawSamples } from '../support/load/draw-samples.ts';
import { FUZZ_SECONDS } from '../support/load/fuzz-seconds.ts';
import { leastCost } from '../support/load/least-cost.ts';
import { processorTime } from '../support/load/processor-time.ts';
import { forgePkiMessage, goldenEnvelope } from '../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../support/scep-messages/golden-identity.ts';
import { goldenRequests } from '../support/scep-messages/golden-requests.ts';
import { HOSTILE_BODIES } from '../support/scep-messages/hostile-bodies.ts';
import { mutated } from '../support/scep-messages/mutate-bytes.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../support/servers/enrolment-world.ts';

const MAX_CPU_MS = 50;
const BATCH = 500;
const MAX_GROWTH_OCTETS = 16 * 1024 * 1024;

const golden = goldenRequests().map(([, message]) => message);
const inputs: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: mutated(golden) },
  {
    weight: 3,
    arbitrary: mutated([goldenEnvelope('aes128'), goldenEnvelope('3des')]).map((content) =>
      forgePkiMessage({ content }),
    ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3_000 }) },
);

let world: EnrolmentWorld;
let deps: EnrolmentWorld['deps'];
beforeAll(async () => {
  world = await makeEnrolmentWorld({ 'scep:legacy': 'des sha1 md5' });
  const { certificate, privateKey } = goldenIdentity('ra');
  const keyTransport = createKeyTransport(privateKey);
  const current = { generation: 1, activeFrom: 0, certificate, privateKey, keyTransport };
  const raIdentities = { current, next: undefined, usable: [current] };
  deps = { ...world.deps, findRaIdentities: async () => raIdentities };
});

async function handle(bytes: Uint8Array): Promise<void> {
  try {
    await handlePkiOperation(deps, world.connector, bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

/** The CPU time that the message costs each time, in milliseconds. */
function costOf(bytes: Uint8Array): Promise<number> {
  return leastCost(MAX_CPU_MS, async () => {
    const before = processorTime();
    await handle(bytes);
    return processorTime() - before;
  });
}

async function expectCheap(bytes: Uint8Array): Promise<void> {
  const cost = await costOf(bytes).catch((error: unknown) => {
    throw new Error(`crashed by ${Buffer.from(bytes).toString('base64')}`, { cause: error });
  });
  if (cost > MAX_CPU_MS) {
    expect.fail(`${cost} ms of CPU for ${Buffer.from(bytes).toString('base64')}`);
  }
}

/** The octets in use after a garbage collection. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

it.each(HOSTILE_BODIES)('the decoders handle %s cheaply', async (_name, body) => {
  await expectCheap(body);
  await expectCheap(forgePkiMessage({ content: body }));
});

it(`the decoders handle mutations of the golden corpus for ${FUZZ_SECONDS} s`, async () => {
  const deadline = Date.now() + FUZZ_SECONDS * 1_000;
  const draw = drawSamples(inputs);
  let messages = 0;
  let settled: number | undefined;
  let inUse = 0;
  while (Date.now() < deadline) {
    for (const bytes of draw(BATCH)) await expectCheap(bytes);
    messages += BATCH;
    inUse = memoryInUse();
    if (messages >= 5 * BATCH) settled ??= inUse;
  }
  const growth = inUse - (settled ?? inUse);
  const [end, more] = [inUse, growth].map((octets) => (octets / 1_048_576).toFixed(1));
  console.log(`${messages} messages; ${end} MiB in use at the end, ${more} more than at first`);
  expect(growth).toBeLessThan(MAX_GROWTH_OCTETS);
});
