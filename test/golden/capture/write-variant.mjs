// Writes a request that must open to the corpus, after OpenSSL has confirmed the expected fields.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KEYS, writeCase } from './corpus.mjs';
import { describeRequest } from './describe-request.mjs';
import { CHALLENGE, csr, NONCE, TRANSACTION_ID } from './make-message.mjs';

const USUAL = {
  messageType: 19,
  transactionId: TRANSACTION_ID,
  senderNonce: NONCE,
  digest: 'sha256',
  cipher: 'aes128Cbc',
  keyTransport: 'rsaEncryption',
  challenge: CHALLENGE,
  csrSubject: 'CN=device,O=Lab,C=US',
};

/**
 * Writes a case after OpenSSL has confirmed its fields. `unread` says why OpenSSL cannot read it.
 */
export function variant(
  client,
  name,
  description,
  message,
  {
    policy = {},
    unread,
    provenance,
    enrolment = 'issues',
    target,
    contentType = 'application/x-pki-message',
    ...claimed
  } = {},
) {
  const expected = { ...USUAL, ...claimed };
  if (unread === undefined) {
    const found = describeRequest(message);
    for (const [field, value] of Object.entries(expected)) {
      if (found[field] !== value) {
        throw new Error(`${client}/${name}: ${field} is ${found[field]}, not ${value}`);
      }
    }
  }
  writeCase(client, name, target === undefined ? message : target(message), {
    description,
    provenance: provenance ?? path.basename(process.argv[1]),
    http:
      target === undefined ? { method: 'POST', contentType } : { method: 'GET', contentType: null },
    ...expected,
    outcome: 'opens',
    enrolment,
    policy,
  });
}

/** An envelope around the usual request, made by the OpenSSL command line. */
export function opensslEnvelope(args) {
  const directory = mkdtempSync(path.join(tmpdir(), 'openssl-envelope-'));
  try {
    const file = path.join(directory, 'csr.der');
    writeFileSync(file, csr());
    const words = args.replaceAll('KEYS', KEYS).split(' ');
    return execFileSync('openssl', [
      'cms',
      '-encrypt',
      '-binary',
      '-outform',
      'DER',
      '-in',
      file,
      ...words,
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
