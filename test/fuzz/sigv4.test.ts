import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AwsError } from '../../src/aws-wire/aws-error.ts';
import { createAuthenticator } from '../../src/aws-wire/sigv4/create-authenticator.ts';
import { parseAuthorization } from '../../src/aws-wire/sigv4/parse-authorization.ts';
import type { SignedRequest } from '../../src/aws-wire/sigv4/signed-request.ts';
import { signRequest, testCredential } from '../support/clients/sign-request.ts';
import { processorTime } from '../support/load/processor-time.ts';
import { mutated } from '../support/scep-messages/mutate-bytes.ts';

const NOW = Date.parse('2026-11-22T02:34:30Z');
const credential = testCredential();
const authenticate = createAuthenticator({
  findCredential: (id) => (id === credential.accessKeyId ? credential : undefined),
  clock: () => NOW,
  regions: ['us-east-1'],
});
const good = await signRequest({ signedAt: new Date(NOW), target: '/connectors?maxResults=5' });
const [, goodAuthorization = ''] =
  good.headers.find(([name]) => name.toLowerCase() === 'authorization') ?? [];
const unsigned = good.headers.filter(([name]) => name.toLowerCase() !== 'authorization');

function withAuthorization(header: string): SignedRequest {
  return { ...good, headers: [...unsigned, ['Authorization', header]] };
}

/** Whether the request is accepted. Any error but an AwsError of the front end is a crash. */
function isAccepted(request: SignedRequest): boolean {
  const start = processorTime();
  try {
    authenticate(request);
    return true;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    expect(error.code).toMatch(
      /^(MissingAuthenticationToken|IncompleteSignature|UnrecognizedClient|InvalidSignature)Exception$/,
    );
    return false;
  } finally {
    expect(processorTime() - start).toBeLessThan(1_000);
  }
}

/** Whether it equals the valid header except for spaces. */
function saysTheSame(header: string): boolean {
  try {
    const [read, original] = [header, goodAuthorization].map(parseAuthorization);
    return JSON.stringify(read) === JSON.stringify(original);
  } catch {
    return false;
  }
}

const words = fc.constantFrom(
  'AWS4-HMAC-SHA256 ',
  'Credential=',
  'SignedHeaders=',
  'Signature=',
  `${credential.accessKeyId}/20261122/us-east-1/acm-pca/aws4_request`,
  'host',
  'x-amz-date',
  'f'.repeat(64),
  ...[',', ', ', ';', '/', '=', ' ', '\t', '\u00a0', '\u0000', '__proto__', 'constructor'],
);

const headers = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(words, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.array(words, { maxLength: 30 }).map((parts) => `AWS4-HMAC-SHA256 ${parts.join('')}`),
  mutated([Buffer.from(goodAuthorization)]).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

it('the unchanged request is accepted', () => {
  expect(isAccepted(withAuthorization(goodAuthorization))).toBe(true);
});

it('none of 10 000 Authorization headers crashes or is accepted', () => {
  fc.assert(
    fc.property(headers, (header) => {
      fc.pre(!saysTheSame(header));
      expect(isAccepted(withAuthorization(header))).toBe(false);
    }),
    { numRuns: 10_000 },
  );
});

it('no other method, target, headers and body are accepted with a valid Authorization header', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary-ascii' }),
    fc.string({
      unit: fc.constantFrom('/', '.', '%', '2', 'F', '?', '&', '=', '+', 'a', 'http://'),
    }),
  );
  const names = fc.constantFrom(
    'Host',
    'X-Amz-Date',
    'X-Amz-Content-Sha256',
    'Date',
    'x-amz-a',
    'a',
  );
  const request = fc.record({
    method: text,
    target: text,
    headers: fc.array(fc.tuple(names, text), { maxLength: 5 }),
    body: fc.uint8Array({ maxLength: 20 }),
  });
  fc.assert(
    fc.property(request, fc.boolean(), ({ headers: others, ...changed }, keep) => {
      const kept = keep ? unsigned : [];
      const all = [...kept, ...others, ['Authorization', goodAuthorization] as const];
      expect(isAccepted({ ...changed, headers: all })).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

it.each([' ', ',', ';', '=', '/', 'a,'])('long runs of %j are refused at once', (text) => {
  for (const header of [
    text.repeat(16_000),
    `${goodAuthorization.slice(0, 90)}${text.repeat(3_900)}`,
  ]) {
    const start = processorTime();
    expect(isAccepted(withAuthorization(header))).toBe(false);
    expect(processorTime() - start).toBeLessThan(500);
  }
});
