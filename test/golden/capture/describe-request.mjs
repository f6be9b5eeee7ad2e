// Reads a PKIOperation with the OpenSSL command line, as a check independent of the tested reader.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KEYS } from './corpus.mjs';

const LEGACY = ['-provider', 'legacy', '-provider', 'default'];

const CIPHERS = {
  'des-cbc': 'desCbc',
  'des-ede3-cbc': 'desEde3Cbc',
  'aes-128-cbc': 'aes128Cbc',
  'aes-192-cbc': 'aes192Cbc',
  'aes-256-cbc': 'aes256Cbc',
};
const KEY_TRANSPORTS = { rsaEncryption: 'rsaEncryption', rsaesOaep: 'rsaesOaep' };

/**
 * The fields messageType, transactionId, senderNonce, digest, cipher, keyTransport, challenge and
 * csrSubject of a message that opens. Verifies the signature and decrypts with the key of the
 * golden RA.
 */
export function describeRequest(der) {
  const directory = mkdtempSync(path.join(tmpdir(), 'describe-request-'));
  const file = (name) => path.join(directory, name);
  const openssl = (...args) =>
    execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    writeFileSync(file('message.der'), der);
    openssl(
      ...['cms', '-verify', '-noverify', '-binary', '-inform', 'DER'],
      ...['-in', file('message.der'), '-out', file('envelope.der')],
    );
    openssl(
      ...['cms', '-decrypt', ...LEGACY, '-binary', '-inform', 'DER', '-in', file('envelope.der')],
      ...['-inkey', `${KEYS}/ra.key`, '-recip', `${KEYS}/ra.pem`, '-out', file('plaintext.der')],
    );
    const print = (name) =>
      openssl('cms', '-cmsout', '-print', '-noout', '-inform', 'DER', '-in', file(name)).toString();
    const signed = print('message.der');
    const enveloped = print('envelope.der');
    const messageType = attribute(signed, '2.16.840.1.113733.1.9.2');
    return {
      messageType: Number(messageType),
      transactionId: attribute(signed, '2.16.840.1.113733.1.9.7'),
      senderNonce: octets(signed, '2.16.840.1.113733.1.9.5'),
      digest: /digestAlgorithm:\s+algorithm: (\w+)/.exec(signed)[1],
      cipher: CIPHERS[/contentEncryptionAlgorithm:\s+algorithm: ([\w-]+)/.exec(enveloped)[1]],
      keyTransport: KEY_TRANSPORTS[/keyEncryptionAlgorithm:\s+algorithm: (\w+)/.exec(enveloped)[1]],
      ...(['17', '19'].includes(messageType)
        ? describeCsr(openssl, file('plaintext.der'))
        : { challenge: null, csrSubject: null }),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function attribute(printed, oid) {
  const from = printed.indexOf(`object: undefined (${oid})`);
  return /(?:PRINTABLESTRING|UTF8STRING|IA5STRING):(.*)/.exec(printed.slice(from))[1];
}

/** The octets of an attribute, from lines such as "0000 - 2e cf-ae 0d   ....". */
function octets(printed, oid) {
  const from = printed.indexOf(`object: undefined (${oid})`);
  const dump = /OCTET STRING:\n((?:\s+[0-9a-f]{4} - .*\n)+)/.exec(printed.slice(from))[1];
  const lines = dump
    .trim()
    .split('\n')
    .map((line) => /- ((?:[0-9a-f]{2}[ -])+)/.exec(line)[1]);
  return lines.join('').replace(/[ -]/g, '');
}

function describeCsr(openssl, file) {
  const text = openssl(
    ...['req', '-inform', 'DER', '-in', file, '-noout', '-text', '-verify', '-nameopt', 'RFC2253'],
  ).toString();
  return {
    challenge: /challengePassword\s*:(.*)/.exec(text)?.[1] ?? null,
    csrSubject: /Subject: ?(.*)/.exec(text)[1],
  };
}
