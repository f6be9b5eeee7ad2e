import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AwsError } from '../../../src/aws-wire/aws-error.ts';
import type { Caller } from '../../../src/aws-wire/caller.ts';
import { parsePolicy } from '../../../src/aws-wire/policy/parse-policy.ts';
import type { ServePrivateCa } from '../../../src/http/read-private-ca-call.ts';
import { exchangeRaw } from '../../support/clients/raw-http.ts';
import { signRequest, TEST_ACCESS_KEY } from '../../support/clients/sign-request.ts';
import { type RunningApi, readReply, startApi } from '../../support/servers/start-api.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UNKNOWN_CONNECTOR =
  'arn:aws:pca-connector-scep:us-east-1:111122223333:connector/11223344-1234-1122-2233-112233445566';
const CONNECTOR_PATH = `/connectors/${encodeURIComponent(UNKNOWN_CONNECTOR)}`;
const privateCaCall = (operation: string, body = '{}') => ({
  service: 'acm-pca',
  method: 'POST',
  target: '/',
  headers: {
    'x-amz-target': `ACMPrivateCA.${operation}`,
    'content-type': 'application/x-amz-json-1.1',
  },
  body,
});

let api: RunningApi;
const start = async (...options: Parameters<typeof startApi>) => {
  api = await startApi(...options);
  return api;
};
const logged = () => api.log.map((line) => JSON.parse(line) as Record<string, unknown>);

afterEach(() => api.stop());

describe('Connector for SCEP', () => {
  it('answers in REST-JSON with the common headers', async () => {
    await start();
    const { status, headers, body } = await api.send({ target: '/connectors' });
    expect(status).toBe(200);
    expect(body).toEqual({ Connectors: [] });
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('x-amzn-requestid')).toMatch(UUID);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(Math.abs(Date.parse(headers.get('date') ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('accepts the base path of an endpoint', async () => {
    await start();
    expect((await api.send({ target: '/pki/connectors' })).status).toBe(200);
  });

  it('answers 404 to an unknown method or path', async () => {
    await start();
    const { status, error, body } = await api.send({ method: 'PUT', target: '/connectors' });
    expect({ status, error }).toEqual({ status: 404, error: 'UnknownOperationException' });
    expect(Object.keys(body)).toEqual(['message']);
  });

  it('answers a modelled error with its members', async () => {
    await start();
    const { status, error, body } = await api.send({ target: CONNECTOR_PATH });
    expect({ status, error }).toEqual({ status: 404, error: 'ResourceNotFoundException' });
    expect(body).toEqual({
      Message: expect.any(String) as string,
      ResourceId: UNKNOWN_CONNECTOR,
      ResourceType: 'Connector',
    });
  });
});

describe('a request without a valid signature', () => {
  it.each<[string, string, string]>([
    ['a known path', 'GET', '/connectors'],
    ['an unknown path', 'GET', '/nothing'],
    ['a body that is not JSON', 'POST', '/connectors'],
  ])('is refused before anything else is read: %s', async (_name, method, path) => {
    await start();
    const body = method === 'POST' ? { body: '{' } : {};
    const reply = await readReply(await fetch(api.url + path, { method, ...body }));
    expect(reply.status).toBe(403);
    expect(reply.error).toBe('MissingAuthenticationTokenException');
    expect(reply.body).toEqual({ message: 'Missing Authentication Token' });
    expect(reply.headers.get('x-amzn-requestid')).toMatch(UUID);
  });

  it('is refused in JSON 1.1 if it has an X-Amz-Target', async () => {
    await start();
    const headers = { 'x-amz-target': 'ACMPrivateCA.ListTags' };
    const reply = await readReply(await fetch(api.url, { method: 'POST', headers }));
    expect(reply.status).toBe(400);
    expect(reply.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(reply.body).toEqual({
      __type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    });
  });

  it('is refused if it is signed with a wrong secret', async () => {
    await start();
    const { status, error } = await api.send({ secretAccessKey: 'another secret access key here' });
    expect({ status, error }).toEqual({ status: 403, error: 'InvalidSignatureException' });
  });
});

it('answers and logs a request whose target is not a URL', async () => {
  await start();
  const port = Number(new URL(api.url).port);
  const { host } = new URL(api.url);
  const lines = ['GET http://[::/connectors HTTP/1.1', `Host: ${host}`, 'Connection: close'];
  const { received } = await exchangeRaw(port, [...lines, '', ''].join('\r\n'));
  expect(received).toMatch(/^HTTP\/1\.1 403 /);
  expect(received).toMatch(/^x-amzn-RequestId: /m);
  expect(received).toMatch(/^x-amzn-ErrorType: MissingAuthenticationTokenException/m);
  expect(logged()).toMatchObject([
    { httpStatus: 403, error: 'MissingAuthenticationTokenException' },
  ]);
});

describe('after the signature', () => {
  const denied = {
    policy: parsePolicy(
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"acm-pca:*","Resource":"*"}}',
    ),
  };
  const throttled = {
    limitRate: () => Promise.reject(new AwsError('ThrottlingException', 'Rate exceeded')),
    resourceTags: () => Promise.resolve({}),
  };
  const malformed = {
    method: 'POST',
    target: '/connectors',
    body: '{"CertificateAuthorityArn":1}',
  };
  const invalid = { method: 'POST', target: '/connectors', body: '{}' };

  it('checks the rate after the form and the policy, and before the constraints', async () => {
    await start({ gates: throttled });
    expect((await api.send(malformed)).error).toBe('SerializationException');
    const { status, error, body } = await api.send(invalid);
    expect({ status, error }).toEqual({ status: 429, error: 'ThrottlingException' });
    expect(body).toEqual({ Message: 'Rate exceeded' });
    await api.stop();
    await start({ gates: throttled }, denied);
    expect((await api.send(invalid)).error).toBe('AccessDeniedException');
  });

  it('checks the form of the input, then the policy, then the constraints', async () => {
    await start({}, denied);
    expect((await api.send(malformed)).error).toBe('SerializationException');
    const { status, error, body } = await api.send(invalid);
    expect({ status, error }).toEqual({ status: 403, error: 'AccessDeniedException' });
    expect(body['Message']).toMatch(
      /^User: arn:aws:iam::111122223333:user\/alice is not authorized/,
    );
    await api.stop();
    await start();
    expect((await api.send(invalid)).error).toBe('ValidationException');
  });
});

describe('Private CA', () => {
  const seen: [Caller, string, unknown][] = [];
  const servePrivateCa: ServePrivateCa = ({ caller, name: operation, input }) => {
    seen.push([caller, operation, input]);
    switch (operation) {
      case 'ListTags':
        return Promise.resolve({ At: new Date(1_500) });
      case 'DeletePolicy':
        return Promise.resolve(undefined);
      case 'GetPolicy':
        return Promise.reject(new AwsError('ResourceNotFoundException', 'It is not there'));
      default:
        return Promise.reject(new TypeError('an inside that nobody may see'));
    }
  };

  it('answers in JSON 1.1 under any path', async () => {
    await start({ servePrivateCa });
    const call = privateCaCall('ListTags', '{"MaxResults":1}');
    for (const target of ['/', '/base/path']) {
      const { status, text, headers } = await api.send({ ...call, target });
      expect(status).toBe(200);
      expect(text).toBe('{"At":1.5}');
      expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
    }
    const [caller, operation, input] = seen[0] ?? [];
    expect(caller).toMatchObject({ accountId: '111122223333', service: 'acm-pca' });
    expect([operation, input]).toEqual(['ListTags', { MaxResults: 1 }]);
  });

  it('answers with an empty body if an action has no output', async () => {
    await start({ servePrivateCa });
    const { status, text, headers } = await api.send(privateCaCall('DeletePolicy'));
    expect([status, text, headers.get('content-length')]).toEqual([200, '', '0']);
  });

  it('answers 400 to errors and 500 to internal faults', async () => {
    await start({ servePrivateCa });
    const known = await api.send(privateCaCall('GetPolicy'));
    expect(known.status).toBe(400);
    expect(known.body).toEqual({ __type: 'ResourceNotFoundException', message: 'It is not there' });
    const fault = await api.send(privateCaCall('CreatePermission'));
    expect(fault.status).toBe(500);
    expect(fault.body).toEqual({
      __type: 'InternalFailure',
      message: 'An internal error occurred',
    });
    expect(await api.send(privateCaCall('ListTags', '[]'))).toMatchObject({
      status: 400,
      error: 'SerializationException',
    });
  });

  it('refuses as unknown what is not an action, and every action if the CA is elsewhere', async () => {
    await start();
    for (const call of [
      privateCaCall('ListTags'),
      { ...privateCaCall('ListTags'), headers: { 'x-amz-target': 'Other.ListTags' } },
      { service: 'acm-pca', target: '/connectors' },
    ]) {
      const { status, error } = await api.send(call);
      expect({ status, error }).toEqual({ status: 400, error: 'UnknownOperationException' });
    }
  });
});

describe('an internal fault', () => {
  const fault = {
    limitRate: () => Promise.reject(new TypeError('an inside that nobody may see')),
    resourceTags: () => Promise.resolve({}),
  };

  it('is opaque to the caller and is logged with its request id', async () => {
    await start({ gates: fault });
    const { status, error, text, headers } = await api.send({ target: '/connectors' });
    expect({ status, error }).toEqual({ status: 500, error: 'InternalServerException' });
    expect(JSON.parse(text)).toEqual({ Message: 'An internal error occurred' });
    expect(logged()).toMatchObject([
      {
        level: 50,
        requestId: headers.get('x-amzn-requestid'),
        operation: 'ListConnectors',
        err: { message: 'an inside that nobody may see' },
      },
    ]);
  });

  it('includes an error that the model does not list', async () => {
    const unmodelled = () => Promise.reject(new AwsError('InvalidArnException', 'inside'));
    await start({ gates: { ...fault, limitRate: unmodelled } });
    const { status, text } = await api.send({ target: '/connectors' });
    expect(status).toBe(500);
    expect(text).not.toContain('inside');
  });
});

it('logs caller, operation and outcome of each request in one line, and nothing of the body', async () => {
  await start();
  await api.send({ method: 'POST', target: '/connectors', body: '{"ClientToken":"a-token"}' });
  await fetch(api.url);
  expect(logged()).toEqual([
    expect.objectContaining({
      operation: 'CreateConnector',
      caller: 'arn:aws:iam::111122223333:user/alice',
      accountId: '111122223333',
      accessKeyId: TEST_ACCESS_KEY.accessKeyId,
      region: 'us-east-1',
      service: 'pca-connector-scep',
      ...{ httpStatus: 400, method: 'POST', path: '/connectors', remoteAddress: '127.0.0.1' },
      error: 'ValidationException',
      requestOctets: '/connectors'.length + '{"ClientToken":"a-token"}'.length,
      replyOctets: expect.any(Number) as number,
      requestId: expect.stringMatching(UUID) as string,
      milliseconds: expect.any(Number) as number,
    }),
    expect.objectContaining({ httpStatus: 403, error: 'MissingAuthenticationTokenException' }),
  ]);
  expect(api.log.join()).not.toContain('a-token');
});

it('answers many concurrent requests correctly, each with its own request id', async () => {
  await start();
  const replies = await Promise.all(
    Array.from({ length: 100 }, async (_, at) => {
      const arn = UNKNOWN_CONNECTOR.replace(/......$/, String(at).padStart(6, '0'));
      const reply = await api.send({ target: `/connectors/${encodeURIComponent(arn)}` });
      expect(reply.body['ResourceId']).toBe(arn);
      return reply.headers.get('x-amzn-requestid');
    }),
  );
  expect(new Set(replies).size).toBe(100);
  expect(new Set(logged().map(({ requestId }) => requestId))).toEqual(new Set(replies));
});

describe('a body', () => {
  it('is refused above 4 MiB', async () => {
    await start();
    const body = ' '.repeat(4 * 1024 * 1024 + 1);
    // The server may close the connection before the client has sent all of it.
    const reply = await api.send({ method: 'POST', body }).catch(() => undefined);
    if (reply) expect([reply.status, reply.error]).toEqual([400, 'SerializationException']);
    expect((await api.send({ target: '/connectors' })).status).toBe(200);
  });

  it.each([
    ['is long', 'Content-Length: 65537'],
    ['is of unknown length', 'Transfer-Encoding: chunked'],
  ])('is not read without a known access key if it %s', async (_name, length) => {
    await start();
    const url = new URL(api.url);
    const head = ['POST /connectors HTTP/1.1', `Host: ${url.host}`, length];
    const octets = (lines: readonly string[]) => [...head, ...lines, '', ''].join('\r\n');
    const { received, closedByServer } = await exchangeRaw(Number(url.port), octets([]));
    expect(received).toMatch(/^x-amzn-ErrorType: MissingAuthenticationTokenException/m);
    expect(closedByServer).toBe(true);
    const signed = await signRequest({ host: url.host, method: 'POST' });
    const lines = signed.headers
      .filter(([name]) => name.toLowerCase() !== 'host')
      .map(([name, value]) => `${name}: ${value}`);
    const waiting = await exchangeRaw(Number(url.port), octets(lines), { timeoutMs: 300 });
    expect(waiting).toEqual({ received: '', closedByServer: false });
    const unknown = lines.map((line) => line.replace('AKIATEST', 'AKIANONE'));
    const stranger = await exchangeRaw(Number(url.port), octets(unknown));
    expect(stranger.received).toMatch(/^x-amzn-ErrorType: UnrecognizedClientException/m);
  });

  it.each([
    ['its key is unknown', { accessKeyId: 'AKIANONEAKIANONE0000' }, 'UnrecognizedClientException'],
    ['it was signed long ago', { signedAt: new Date(0) }, 'InvalidSignatureException'],
    ['it is for another service', { service: 's3' }, 'InvalidSignatureException'],
    [
      'it is signed with another secret, for a body with this hash',
      { secretAccessKey: 'another secret', headers: { 'x-amz-content-sha256': 'a'.repeat(64) } },
      'InvalidSignatureException',
    ],
  ])('is not read if it is long and %s', async (_name, changes, error) => {
    await start();
    const { host, port } = new URL(api.url);
    const signed = await signRequest({ host, method: 'POST', ...changes });
    const lines = signed.headers.map(([name, value]) => `${name}: ${value}`);
    const head = ['POST / HTTP/1.1', ...lines, 'Transfer-Encoding: chunked', '', ''].join('\r\n');
    const { received, closedByServer } = await exchangeRaw(Number(port), head);
    expect(received).toMatch(new RegExp(`^x-amzn-ErrorType: ${error}`, 'm'));
    expect(closedByServer).toBe(true);
  });

  it('is refused in chunks of one octet, before its end', async () => {
    await start();
    const { host, port } = new URL(api.url);
    const { headers, target } = await signRequest({ host, method: 'POST' });
    const lines = headers.map(([name, value]) => `${name}: ${value}`);
    const head = [`POST ${target} HTTP/1.1`, ...lines, 'Transfer-Encoding: chunked', '', ''].join(
      '\r\n',
    );
    const { received } = await exchangeRaw(Number(port), head + '1\r\nx\r\n'.repeat(3_000));
    expect(received).toMatch(/^x-amzn-ErrorType: SerializationException/m);
    expect(received).toMatch(/too many small pieces/);
  });

  it('waits for its turn if eight long ones are received already', async () => {
    await start();
    const { host, port } = new URL(api.url);
    const { headers, target } = await signRequest({ host, method: 'POST' });
    const lines = headers.map(([name, value]) => `${name}: ${value}`);
    const head = [`POST ${target} HTTP/1.1`, ...lines, 'Content-Length: 70000', '', ''].join(
      '\r\n',
    );
    const others = Array.from({ length: 8 }, () => connect(Number(port), '127.0.0.1'));
    for (const other of others) other.write(head);
    await expect
      .poll(async () => (await exchangeRaw(Number(port), head, { timeoutMs: 300 })).received)
      .toMatch(/^x-amzn-ErrorType: ServiceUnavailable/m);
    for (const other of others) other.destroy();
    await expect
      .poll(async () => (await exchangeRaw(Number(port), head, { timeoutMs: 300 })).received)
      .toBe('');
  });

  it('is not inflated', async () => {
    await start();
    const init = { method: 'POST', body: 'x', headers: { 'content-encoding': 'gzip' } };
    expect(await readReply(await fetch(api.url, init))).toMatchObject({
      status: 400,
      error: 'SerializationException',
    });
  });

  it('does no harm if it ends early or if the request is junk', async () => {
    await start();
    const port = Number(new URL(api.url).port);
    await exchangeRaw(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc', {
      ending: 'end',
      timeoutMs: 300,
    });
    await exchangeRaw(port, 'GARBAGE\r\n\r\n', { timeoutMs: 300 });
    expect((await api.send({ target: '/connectors' })).status).toBe(200);
  });
});

describe('CORS', () => {
  const origin = 'https://console.example.com';
  const preflight = {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET' },
  };

  it('is off by default, so that a preflight counts as an unsigned request', async () => {
    await start();
    const reply = await fetch(`${api.url}/connectors`, preflight);
    expect(reply.status).toBe(403);
    expect([...reply.headers.keys()].filter((name) => /^access-control/.test(name))).toEqual([]);
  });

  it('answers the preflight of an allowed origin as the API model says', async () => {
    await start({ cors: { allowedOrigins: [origin] } });
    const reply = await fetch(`${api.url}/connectors`, preflight);
    expect(reply.status).toBe(204);
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      vary: 'Origin',
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'DELETE, GET, POST',
      'access-control-allow-headers':
        '*, authorization, content-type, x-amz-content-sha256, x-amz-user-agent, x-amzn-platform-id, x-amzn-trace-id',
      'access-control-expose-headers': 'x-amzn-errortype, x-amzn-requestid, x-amzn-trace-id',
      'access-control-max-age': '86400',
    });
  });

  it('requires a signature and lets an allowed origin read every answer', async () => {
    await start({ cors: { allowedOrigins: ['*'] } });
    const signed = await api.send({ target: '/connectors', headers: { origin } });
    expect(signed.status).toBe(200);
    expect(signed.headers.get('access-control-allow-origin')).toBe(origin);
    const unsigned = await fetch(`${api.url}/connectors`, { headers: { origin } });
    expect(unsigned.status).toBe(403);
    expect(unsigned.headers.get('access-control-allow-origin')).toBe(origin);
  });

  it('does not allow another origin', async () => {
    await start({ cors: { allowedOrigins: ['https://other.example.com'] } });
    const reply = await fetch(`${api.url}/connectors`, preflight);
    expect(reply.status).toBe(403);
    expect(reply.headers.get('access-control-allow-origin')).toBeNull();
    expect(reply.headers.get('vary')).toBe('Origin');
  });
});
