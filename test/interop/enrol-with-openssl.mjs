// A SCEP client that shares no code with the server: the message maker of the golden corpus, and
// the OpenSSL command line for the envelope and for reading the answer. Prints one line of JSON.
// Usage:
//   node enrol-with-openssl.mjs URL DIRECTORY CSR-DER KEY-PEM GET|POST RECIPIENT-PEM OPTION...
// RECIPIENT-PEM is a file name in the directory, such as ra.pem, or the path of another
// certificate. Each OPTION goes to `openssl cms -encrypt`.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { octetString, string } from '../golden/capture/der.mjs';
import { attributes, pkiMessage } from '../golden/capture/make-message.mjs';
import { makeCertificate } from '../golden/capture/make-parts.mjs';

const [url, directory, csrFile, keyFile, method, recipient, ...encryptOptions] =
  process.argv.slice(2);
const file = (name) => path.resolve(directory, name);
const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/**
 * Fetches the certificates. Writes ra.pem, the one that is no CA, and ca.pem, the self-signed one.
 */
async function fetchCaCertificates() {
  const answer = await fetch(`${url}?operation=GetCACert`);
  writeFileSync(file('ca.p7'), Buffer.from(await answer.arrayBuffer()));
  const text = openssl('pkcs7', '-inform', 'DER', '-in', file('ca.p7'), '-print_certs').toString();
  const certificates = text.match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----\n/g);
  for (const certificate of certificates) {
    writeFileSync(file('one.pem'), certificate);
    const isCa = openssl('x509', '-in', file('one.pem'), '-noout', '-text').includes('CA:TRUE');
    writeFileSync(file(isCa ? 'ca.pem' : 'ra.pem'), certificate);
  }
}

function makeRequest(transactionId, nonce) {
  const key = createPrivateKey(readFileSync(keyFile));
  const certificate = makeCertificate({ key, subject: [['CN', 'openssl']] });
  writeFileSync(file('signer.der'), certificate);
  openssl('x509', '-inform', 'DER', '-in', file('signer.der'), '-out', file('signer.pem'));
  const envelope = openssl(
    ...['cms', '-encrypt', '-binary', '-outform', 'DER', '-in', csrFile, '-recip', file(recipient)],
    ...encryptOptions,
  );
  const signed = attributes({
    transactionId: string('printable', transactionId),
    senderNonce: octetString(nonce),
  });
  return pkiMessage(envelope, { signer: { key, certificate }, signed });
}

function send(message) {
  if (method === 'GET') {
    const query = encodeURIComponent(message.toString('base64'));
    return fetch(`${url}?operation=PKIOperation&message=${query}`);
  }
  return fetch(`${url}?operation=PKIOperation`, { method: 'POST', body: message });
}

/** One signed attribute as OpenSSL prints it: the text of a string, or octets in hexadecimal. */
function attribute(printed, oid) {
  const [, ...rest] = printed.split(`object: undefined (${oid})`);
  const after = rest.join('').split('object:')[0];
  const text = /(?:PRINTABLESTRING|UTF8STRING):(.*)/.exec(after)?.[1];
  const octets = [...after.matchAll(/[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -])+)/g)].map(
    (line) => line[1],
  );
  return text ?? (octets.length > 0 ? octets.join('').replace(/[ -]/g, '') : null);
}

await fetchCaCertificates();
const transactionId = randomBytes(16).toString('hex');
const nonce = randomBytes(16);
const answer = await send(makeRequest(transactionId, nonce));
writeFileSync(file('reply.der'), Buffer.from(await answer.arrayBuffer()));
openssl(
  ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', file('reply.der'), '-purpose', 'any'],
  ...['-CAfile', file('ca.pem'), '-out', file('reply-content.der')],
);
const printed = openssl(
  ...['cms', '-cmsout', '-print', '-noout', '-inform', 'DER', '-in', file('reply.der')],
).toString();
const pkiStatus = attribute(printed, '2.16.840.1.113733.1.9.3');
if (pkiStatus === '0') {
  openssl(
    ...['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', file('reply-content.der')],
    ...['-inkey', keyFile, '-recip', file('signer.pem'), '-out', file('issued.p7')],
  );
  openssl(
    'pkcs7',
    '-inform',
    'DER',
    '-in',
    file('issued.p7'),
    '-print_certs',
    '-out',
    file('issued.pem'),
  );
}
console.log(
  JSON.stringify({
    status: answer.status,
    contentType: answer.headers.get('content-type'),
    messageType: attribute(printed, '2.16.840.1.113733.1.9.2'),
    pkiStatus,
    failInfo: attribute(printed, '2.16.840.1.113733.1.9.4'),
    failInfoText: attribute(printed, '1.3.6.1.5.5.7.24.1'),
    echoesTransactionId: attribute(printed, '2.16.840.1.113733.1.9.7') === transactionId,
    echoesNonce: attribute(printed, '2.16.840.1.113733.1.9.6') === nonce.toString('hex'),
    senderNonceLength: (attribute(printed, '2.16.840.1.113733.1.9.5') ?? '').length / 2,
  }),
);
