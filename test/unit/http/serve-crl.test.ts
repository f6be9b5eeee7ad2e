import { afterAll, beforeAll, expect, it } from 'vitest';
import { parsePolicy } from '../../../src/aws-wire/policy/parse-policy.ts';
import { serveCrl } from '../../../src/http/serve-crl.ts';
import { activateRoot } from '../../../src/private-ca/activate-root.ts';
import { parseCrl } from '../../../src/x509/parse-crl.ts';
import { signRequest, TEST_ACCESS_KEY } from '../../support/clients/sign-request.ts';
import { openTestPrivateCa } from '../../support/servers/open-test-private-ca.ts';
import { type RunningApi, startApi } from '../../support/servers/start-api.ts';

const { accountId } = TEST_ACCESS_KEY;
let api: RunningApi;
let denied: RunningApi;
let target: string;

beforeAll(async () => {
  const ca = openTestPrivateCa({ scope: { region: 'us-east-1', accountId } });
  const gates = { limitRate: () => Promise.resolve(), resourceTags: () => Promise.resolve({}) };
  const parts = { serveCrl: serveCrl(ca, gates) };
  api = await startApi(parts);
  const Action = 'acm-pca:GetCertificateAuthorityCertificate';
  const statement = { Effect: 'Deny', Action, Resource: '*' };
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statement });
  denied = await startApi(parts, { policy: parsePolicy(text) });
  const arn = await activateRoot(ca, {
    name: 'listing',
    keyAlgorithm: 'EC_prime256v1',
    signingAlgorithm: 'SHA256WITHECDSA',
    subject: { CommonName: 'Listing' },
    validity: { Type: 'DAYS', Value: 30 },
  });
  target = `/crl/${arn.slice(-36)}.crl`;
});
afterAll(() => Promise.all([api.stop(), denied.stop()]));

const get = (path: string, changes: object = {}, from = api) =>
  from.send({ method: 'GET', target: path, service: 'acm-pca', ...changes });

it('serves the CRL of a CA to a signed GET', async () => {
  const { host } = new URL(api.url);
  const signed = await signRequest({ host, method: 'GET', target, service: 'acm-pca' });
  const headers = signed.headers.map(([name, value]): [string, string] => [name, value]);
  const reply = await fetch(api.url + target, { headers });
  expect(reply.headers.get('content-type')).toBe('application/pkix-crl');
  expect(parseCrl(new Uint8Array(await reply.arrayBuffer())).revoked).toEqual([]);
});

it('refuses callers without a signature, the permission or the right scope', async () => {
  expect((await fetch(api.url + target)).status).toBe(403);
  expect((await get(target, {}, denied)).error).toBe('AccessDeniedException');
  const elsewhere = await get(target, { region: 'eu-central-1' });
  expect(elsewhere.error).toBe('ResourceNotFoundException');
});

it('does not find the CRL of another CA, and nothing at other paths', async () => {
  const unknown = '/crl/00000000-0000-4000-8000-000000000000.crl';
  expect((await get(unknown)).error).toBe('ResourceNotFoundException');
  expect((await get(`${target}/x`)).error).toBe('UnknownOperationException');
});
