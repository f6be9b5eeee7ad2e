import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePem } from '../../../../src/asn1/pem.ts';
import { ScepClientError } from '../../../../src/cli/scep-client/scep-client-error.ts';
import { sendScepOperation } from '../../../../src/cli/scep-client/send-scep-operation.ts';
import { decodeGetMessage } from '../../../../src/scep/decode-get-message.ts';
import { parseScepQuery } from '../../../../src/scep/parse-scep-query.ts';
import { makeIdentity } from '../../../support/keys/test-authority.ts';

const CAPS = { operation: 'GetCACaps', method: 'GET' } as const;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(handler: Handler, tls?: { key: string; cert: string }) {
  const server = tls ? createTlsServer(tls, handler) : createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http${tls ? 's' : ''}://127.0.0.1:${port}/scep/hidden?profile=a`);
  return { url, timeoutMs: 60_000 };
}

describe('requests', () => {
  it('sends GET with the message in base64, and keeps the query of the URL', async () => {
    const message = Buffer.from([0xfb, 0xef, 0xff, 0x3e]);
    let target = '';
    const server = await listen((request, response) => {
      target = request.url ?? '';
      response.end('x');
    });
    await sendScepOperation(server, { operation: 'PKIOperation', method: 'GET', message });
    expect(target).toMatch(/^\/scep\/hidden\?profile=a&operation=PKIOperation&message=/);
    expect(decodeGetMessage(parseScepQuery(target).message ?? '')).toEqual(message);
  });

  it('names itself and its version', async () => {
    let userAgent: string | undefined;
    const server = await listen((request, response) => {
      userAgent = request.headers['user-agent'];
      response.writeHead(200).end();
    });
    await sendScepOperation(server, { operation: 'GetCACaps', method: 'GET' });
    expect(userAgent).toMatch(/^scep-connector\/\d+\.\d+\.\d+/);
  });

  it('sends POST with the message unchanged', async () => {
    const message = Buffer.from([0, 1, 2]);
    const server = await listen((request, response) => {
      response.setHeader('content-type', request.headers['content-type'] ?? '');
      request.pipe(response.writeHead(404));
    });
    expect(
      await sendScepOperation(server, { operation: 'PKIOperation', method: 'POST', message }),
    ).toEqual({ status: 404, contentType: 'application/x-pki-message', body: message });
  });
});

describe('refusals', () => {
  async function failure(attempt: Promise<unknown>): Promise<string> {
    const error = await attempt.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ScepClientError);
    const { message } = error as ScepClientError;
    expect(message).not.toContain('hidden');
    return message;
  }

  it('refuses a redirect and names its target origin', async () => {
    const server = await listen((_request, response) => {
      response.writeHead(302, { location: 'https://elsewhere.example/hidden' }).end();
    });
    expect(await failure(sendScepOperation(server, CAPS))).toMatch(
      /redirects to https:\/\/elsewhere.example \(HTTP 302\), which SCEP clients do not follow/,
    );
  });

  it('refuses a body above 1 MiB with and without Content-Length', async () => {
    for (const size of [1_048_577, 50_000_000]) {
      const server = await listen((_request, response) => {
        response.write(Buffer.alloc(size));
        response.end();
      });
      expect(await failure(sendScepOperation(server, CAPS))).toMatch(/larger than 1 MiB/);
    }
  });

  it('refuses a missing reply and one that does not end', async () => {
    const silent = await listen(() => undefined);
    const endless = await listen((_request, response) => {
      response.write('x');
    });
    for (const server of [silent, endless]) {
      const impatient = { ...server, timeoutMs: 200 };
      expect(await failure(sendScepOperation(impatient, CAPS))).toMatch(/within 0\.2 seconds/);
    }
  });

  it('reports a connection that is refused or broken', async () => {
    const broken = await listen((request) => request.socket.destroy());
    expect(await failure(sendScepOperation(broken, CAPS))).toMatch(/ECONNRESET/);
    const noServer = { url: new URL('http://127.0.0.1:1/hidden'), timeoutMs: 60_000 };
    expect(await failure(sendScepOperation(noServer, CAPS))).toMatch(
      /GetCACaps at http:\/\/127.0.0.1:1 failed: ECONNREFUSED/,
    );
  });

  it('refuses a TLS certificate of an unknown CA, and accepts it with --tls-ca', async () => {
    const ca = makeIdentity({ subject: 'CN=TLS CA', ca: {} });
    const identity = makeIdentity({
      ...{ subject: 'CN=server', issuer: ca },
      subjectAltName: [{ kind: 'iPAddress', value: '127.0.0.1' }],
    });
    const [cert, tlsCa] = [identity, ca].map(({ certificate }) =>
      encodePem('CERTIFICATE', certificate.der),
    ) as [string, string];
    const key = identity.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const server = await listen((_request, response) => response.end('AES'), { key, cert });
    expect(await failure(sendScepOperation(server, CAPS))).toMatch(
      /UNABLE_TO_VERIFY_LEAF_SIGNATURE \(--tls-ca/,
    );
    expect(await sendScepOperation({ ...server, tlsCa }, CAPS)).toMatchObject({ status: 200 });
    const elsewhere = {
      ...server,
      url: new URL(server.url.href.replace('127.0.0.1', 'localhost')),
    };
    expect(await failure(sendScepOperation({ ...elsewhere, tlsCa }, CAPS))).toMatch(
      /ERR_TLS_CERT_ALTNAME_INVALID|ECONNREFUSED/,
    );
  });
});
