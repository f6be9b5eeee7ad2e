import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { DescribeCertificateAuthorityCommand } from '@aws-sdk/client-acm-pca';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type CallFailure,
  classifyFailure,
} from '../../../../src/issuer/acm-pca/classify-failure.ts';
import { openRegionClients } from '../../../../src/issuer/acm-pca/open-region-clients.ts';
import { makeTlsFiles } from '../../../support/keys/tls-files.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

const credentials = async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' });
const ARN = 'arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/x';

/** Classifies what the SDK throws for a call to this endpoint. */
async function failureAt(
  endpoint: string,
  how: { credentials?: typeof credentials; within?: number } = {},
): Promise<CallFailure> {
  const client = openRegionClients({ endpoint, credentials: how.credentials ?? credentials })(
    'us-east-1',
  );
  onTestFinished(() => client.destroy());
  const command = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: ARN });
  const abortSignal = AbortSignal.timeout(how.within ?? 60_000);
  try {
    await client.send(command, { abortSignal });
  } catch (error) {
    return classifyFailure(error);
  }
  throw new Error('the call succeeded');
}

async function startHttp(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startTcp(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createTcpServer(onConnection).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

const tls = makeTlsFiles(tempDirectory());

/** `onRequest` receives the connection below TLS once TLS data has arrived. */
async function startTls(onRequest: (socket: Socket) => void): Promise<number> {
  return startTcp((socket) => {
    const { cert, key } = tls;
    const secure = new TLSSocket(socket, { isServer: true, cert, key });
    secure.on('error', () => undefined).once('data', () => onRequest(socket));
    onTestFinished(() => void socket.destroy());
  });
}

const answering = (status: number, body: string) =>
  startHttp((_request, response) => {
    response.writeHead(status, { 'x-amzn-RequestId': 'request-1' }).end(body);
  });
const error = (name: string, message = 'words') => JSON.stringify({ __type: name, message });

describe('what AWS answers', () => {
  it.each<[CallFailure['kind'], number, string]>([
    ['refused', 400, error('ValidationException')],
    ['refused', 400, error('AccessDeniedException')],
    [
      'refused',
      400,
      error('LimitExceededException', 'You have reached your quota of certificates'),
    ],
    ['throttled', 400, error('LimitExceededException', 'The rate of requests exceeds the quota')],
    ['throttled', 400, error('ThrottlingException', 'Rate exceeded')],
    ['throttled', 429, error('Anything')],
    ['throttled', 429, '<html>Too many</html>'],
    ['fault', 500, error('InternalFailure')],
    ['fault', 503, error('ServiceUnavailable')],
    ['fault', 502, '<html>Bad gateway</html>'],
    ['fault', 408, error('RequestTimeout')],
    ['foreign', 200, '<html>A portal</html>'],
    ['foreign', 302, ''],
    ['foreign', 400, '<html>A firewall</html>'],
    ['foreign', 403, '<html>Forbidden</html>'],
    ['foreign', 403, ''],
    ['foreign', 404, '{}'],
    ['foreign', 404, 'null'],
    ['foreign', 407, 'Proxy Authentication Required'],
    ['fault', 503, '<html>A load balancer</html>'],
  ])('is a %s for status %i with body %s', async (kind, status, body) => {
    expect(await failureAt(await answering(status, body))).toMatchObject({ kind });
  });

  it('has the name, message and request id of the error', async () => {
    const endpoint = await answering(400, error('ResourceNotFoundException', 'No such CA'));
    expect(await failureAt(endpoint)).toEqual({
      kind: 'refused',
      name: 'ResourceNotFoundException',
      message: 'No such CA',
      requestId: 'request-1',
    });
  });
});

describe('no answer', () => {
  it('is a fault when a refusal breaks off before it says why', async () => {
    const endpoint = await startHttp((request, response) => {
      response.writeHead(400, { 'content-length': 100 });
      response.write('{"__type":', () => request.socket.destroy());
    });
    expect(await failureAt(endpoint)).toMatchObject({ kind: 'fault' });
  });

  it('is a fault when the connection breaks after the request was sent', async () => {
    const endpoint = await startHttp((request) => void request.socket.destroy());
    expect(await failureAt(endpoint)).toMatchObject({ kind: 'fault', name: 'ECONNRESET' });
  });

  it('is a fault when time is up', async () => {
    const endpoint = await startHttp(() => undefined);
    expect(await failureAt(endpoint, { within: 200 })).toMatchObject({ kind: 'fault' });
  });

  it('is unreachable when no server listens', async () => {
    const port = await startTcp(() => undefined);
    const unused = port === 1 ? 2 : 1;
    const failure = await failureAt(`http://127.0.0.1:${unused}`);
    expect(failure).toMatchObject({ kind: 'unreachable', name: 'ECONNREFUSED' });
  });

  it('is unreachable when the name does not exist', async () => {
    expect(await failureAt('http://nowhere.invalid')).toMatchObject({ kind: 'unreachable' });
  });

  it('is unreachable when the connection breaks before TLS is established', async () => {
    const port = await startTcp((socket) => void socket.once('data', () => socket.destroy()));
    expect(await failureAt(`https://127.0.0.1:${port}`)).toMatchObject({ kind: 'unreachable' });
  });

  it('is unreachable when its certificate is not trusted', async () => {
    const port = await startTls(() => undefined);
    expect(await failureAt(`https://127.0.0.1:${port}`)).toMatchObject({ kind: 'unreachable' });
  });

  it('is a fault when the server does not speak TLS, which looks like the next case', async () => {
    const port = await startTcp((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await failureAt(`https://127.0.0.1:${port}`)).toMatchObject({ kind: 'fault' });
  });

  it('is a fault when the TLS connection is corrupted after the request', async () => {
    let isReceived = false;
    const port = await startTls((socket) => {
      isReceived = true;
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    const request = httpsRequest({ host: '127.0.0.1', port, method: 'POST', ca: tls.cert });
    const error: unknown = (await once(request.end('{}'), 'error'))[0];
    expect(isReceived).toBe(true);
    const failure = classifyFailure(error);
    expect(failure.kind).toBe('fault');
    expect(failure.name).toMatch(/^(ERR_SSL_|EPROTO)/);
  });

  it('is unreachable when every address of the name failed', () => {
    const refused = Object.assign(new Error('refused'), {
      syscall: 'connect',
      code: 'ECONNREFUSED',
    });
    const aggregate = Object.assign(new AggregateError([refused, refused]), {
      code: 'ECONNREFUSED',
    });
    expect(classifyFailure(aggregate)).toMatchObject({ kind: 'unreachable', name: 'ECONNREFUSED' });
  });

  it('is unreachable without a connection in time', () => {
    const message = 'Socket timed out without establishing a connection within 2000 ms';
    const timeout = Object.assign(new Error(message), { name: 'TimeoutError' });
    expect(classifyFailure(timeout)).toMatchObject({ kind: 'unreachable', name: 'TimeoutError' });
  });

  it('is unsigned without credentials', async () => {
    const none = () => Promise.reject(new Error('Could not load credentials from any providers'));
    expect(await failureAt('http://127.0.0.1:1', { credentials: none })).toMatchObject({
      kind: 'unsigned',
      message: 'Could not load credentials from any providers',
    });
  });

  it('is unsigned when the credentials do not arrive in time', async () => {
    const never = () => new Promise<never>(() => undefined);
    expect(await failureAt('http://127.0.0.1:1', { credentials: never })).toMatchObject({
      kind: 'unsigned',
      message: 'no credentials within 4000 ms',
    });
  });

  it.each([undefined, 'text', {}, new Error('odd')])('is a fault for %s', (thrown) => {
    expect(classifyFailure(thrown)).toMatchObject({ kind: 'fault' });
  });
});
