import { cbor } from '@smithy/core/cbor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestToSign } from '../../support/clients/sign-request.ts';
import { readReply } from '../../support/servers/start-api.ts';
import {
  type RunningPrivateCaApi,
  startPrivateCaApi,
} from '../../support/servers/start-private-ca-api.ts';

const LIST = '/service/ACMPrivateCA/operation/ListCertificateAuthorities';
const CBOR_HEADERS = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };
const JSON_TARGET = { 'x-amz-target': 'ACMPrivateCA.ListCertificateAuthorities' };

let running: RunningPrivateCaApi;
beforeAll(async () => {
  running = await startPrivateCaApi();
});
afterAll(() => running.stop());

const send = (request: RequestToSign) =>
  running.api.send({
    ...{ method: 'POST', service: 'acm-pca', target: LIST, headers: CBOR_HEADERS },
    ...{ body: cbor.serialize({}), ...request },
  });

describe('Smithy RPC v2 CBOR', () => {
  it('answers in CBOR', async () => {
    const { status, headers, body } = await send({});
    expect({ status, body }).toEqual({ status: 200, body: { CertificateAuthorities: [] } });
    expect(headers.get('content-type')).toBe('application/cbor');
    expect(headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
    expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('takes the base path of an endpoint, and no body for no members', async () => {
    expect((await send({ target: `/base${LIST}`, body: '' })).status).toBe(200);
  });

  it.each<[string, RequestToSign]>([
    ['a path of another service', { target: LIST.replace('ACMPrivateCA', 'Other') }],
    ['a path that goes on', { target: `${LIST}/more` }],
    ['a query', { target: `${LIST}?a=b` }],
    ['an unknown action', { target: LIST.replace(/[^/]*$/, 'constructor') }],
    ['no path', { target: '/' }],
    ['another method', { method: 'PUT' }],
    ['the header of JSON 1.1 as well', { headers: { ...CBOR_HEADERS, ...JSON_TARGET } }],
  ])('refuses %s', async (_name, request) => {
    const { status, headers, error } = await send(request);
    expect({ status, error }).toEqual({ status: 400, error: 'UnknownOperationException' });
    expect(headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
  });

  it('refuses a wrong signature, and a body that is not CBOR', async () => {
    const forged = await send({ secretAccessKey: 'another secret access key here' });
    expect(forged).toMatchObject({ status: 400, error: 'InvalidSignatureException' });
    const malformed = await send({ body: '{}' });
    expect(malformed).toMatchObject({ status: 400, error: 'SerializationException' });
    expect(malformed.headers.get('content-type')).toBe('application/cbor');
  });

  it('refuses in CBOR a request without a signature', async () => {
    const url = running.api.url + LIST;
    const reply = await readReply(await fetch(url, { method: 'POST', headers: CBOR_HEADERS }));
    expect(reply.body).toEqual({
      __type: 'com.amazonaws.acmpca#MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    });
    expect(reply.headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
  });
});

it.each([
  ['without the header smithy-protocol', {}],
  ['with another protocol in it', { 'smithy-protocol': 'rpc-v2-json' }],
])('a path of Smithy RPC v2 %s names no action', async (_name, headers) => {
  const { error, body } = await send({ headers });
  expect(error).toBe('UnknownOperationException');
  expect(body['message']).toContain('X-Amz-Target');
});
