// The smallest server that makes a SCEP client send its PKIOperation: it publishes capabilities and
// certificates, keeps the first PKIOperation it receives, and returns no useful reply.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { KEYS } from './corpus.mjs';

/**
 * Starts it on a free port of 127.0.0.1. `expect(capabilities)` sets what GetCACaps lists from now
 * on and discards the last capture. `captured()` returns { method, target, contentType, body } of
 * the first PKIOperation since then.
 */
export async function startCaptureServer() {
  const chain = execFileSync('openssl', [
    ...['crl2pkcs7', '-nocrl', '-outform', 'DER'],
    ...['-certfile', `${KEYS}/ra.pem`, '-certfile', `${KEYS}/root.pem`],
  ]);
  let capabilities = [];
  let capture;
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const { searchParams } = new URL(request.url, 'http://127.0.0.1');
    const operation = searchParams.get('operation');
    const answer = (status, contentType, content) => {
      response.writeHead(status, { 'Content-Type': contentType, Connection: 'close' });
      response.end(content);
    };
    if (operation === 'GetCACaps') return answer(200, 'text/plain', `${capabilities.join('\n')}\n`);
    if (operation === 'GetCACert') return answer(200, 'application/x-x509-ca-ra-cert', chain);
    capture ??= {
      method: request.method,
      target: request.url,
      contentType: request.headers['content-type'] ?? null,
      body,
    };
    return answer(500, 'text/plain', 'captured');
  });
  server.maxHeadersCount = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/scep`,
    expect(names) {
      capabilities = names;
      capture = undefined;
    },
    captured: () => capture,
    close: () => server.close(),
  };
}
