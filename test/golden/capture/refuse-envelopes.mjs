// Messages with an invalid signature or envelope. Usage: node refuse-envelopes.mjs
import { csr, envelope, party, pkiMessage, TRANSACTION_ID } from './make-message.mjs';
import { badMessageCheck, nested } from './write-refusal.mjs';

// Changed after signing, or signed wrongly
badMessageCheck(
  'signature-flipped',
  'a bit of the signature flipped',
  pkiMessage(envelope(), { spoilSignature: true }),
);
badMessageCheck(
  'digest-flipped',
  'a well signed messageDigest that is not that of the content',
  pkiMessage(envelope(), { spoilDigest: true }),
);
badMessageCheck(
  'attribute-changed',
  'transactionID changed after signing',
  replaced(pkiMessage(envelope()), TRANSACTION_ID, 'golden-transaction-2'),
  { transactionId: 'golden-transaction-2' },
);
badMessageCheck(
  'content-changed',
  'a bit of the enveloped content flipped after signing',
  contentFlipped(pkiMessage(envelope())),
);
badMessageCheck(
  'no-certificates',
  'no certificate at all',
  pkiMessage(envelope(), { certificates: [] }),
);
badMessageCheck(
  'signer-certificate-missing',
  'only the certificate of somebody else',
  pkiMessage(envelope(), { certificates: [party('root.pem').certificate] }),
);

// Envelopes that do not open: a server must answer all of them alike
const enveloped = (name, description, options, facts) =>
  badMessageCheck(name, description, pkiMessage(envelope(options)), facts);
enveloped('foreign-recipient', 'encrypted to another RA of the same CA', {
  recipients: [party('foreign-ra.pem')],
});
enveloped('key-flipped', 'a bit of the encrypted key flipped', { spoilKey: true });
enveloped('key-block-type', 'PKCS #1 block of type 1', {
  keyBlock: (key, size) => block(size, [0, 1], size - 3 - key.length, [0], key),
});
enveloped('key-block-no-separator', 'PKCS #1 block without the zero octet', {
  keyBlock: (_key, size) => block(size, [0, 2], size - 2, [], Buffer.alloc(0)),
});
enveloped('key-block-short-padding', 'PKCS #1 block with 7 octets of padding', {
  keyBlock: (key, size) =>
    block(size, [0, 2], 7, [0], Buffer.concat([Buffer.alloc(size - 10 - key.length, 0x41), key])),
});
enveloped('key-length', 'a well padded content key of 24 octets for AES-128', {
  keyBlock: (key, size) =>
    block(size, [0, 2], size - 27, [0], Buffer.concat([key, Buffer.alloc(8, 0x42)])),
});
enveloped('ciphertext-flipped', 'a bit of the first ciphertext block flipped', {
  spoilContent: true,
});
enveloped('padding-zero', 'content padding of 0', { padding: Buffer.from([0]) });
enveloped('padding-too-long', 'content padding of 17', { padding: Buffer.alloc(16, 17) });
enveloped('padding-uneven', 'content padding 01 02 03 03', { padding: Buffer.from([1, 2, 3, 3]) });
enveloped('csr-signature', 'a bit of the CSR signature flipped', {
  plaintext: csr({ spoil: true }),
});
enveloped('csr-junk', 'a text in place of the CSR', {
  plaintext: Buffer.from('this is no certification request'),
});
enveloped('csr-empty', 'nothing in place of the CSR', { plaintext: Buffer.alloc(0) });
enveloped('csr-nested', 'SEQUENCE in SEQUENCE, 500 deep, in place of the CSR', {
  plaintext: nested(500),
});
enveloped('csr-trailing-octet', 'an octet after the CSR', {
  plaintext: Buffer.concat([csr(), Buffer.from([0])]),
});

function block(size, header, paddingLength, separator, key) {
  const whole = Buffer.concat([
    Buffer.from(header),
    Buffer.alloc(paddingLength, 0xaa),
    Buffer.from(separator),
    key,
  ]);
  if (whole.length !== size) throw new Error(`the block has ${whole.length} octets, not ${size}`);
  return whole;
}

function replaced(message, from, to) {
  return replacedBytes(message, Buffer.from(from), Buffer.from(to));
}

/** Every occurrence replaced; the lengths must be equal. */
function replacedBytes(message, from, to) {
  const hex = message.toString('hex').replaceAll(from.toString('hex'), to.toString('hex'));
  if (hex.length !== message.length * 2 || from.length !== to.length)
    throw new Error('lengths differ');
  return Buffer.from(hex, 'hex');
}

/**
 * The envelope is in the first half of the message; its ciphertext begins before the certificate.
 */
function contentFlipped(message) {
  const changed = Buffer.from(message);
  changed[700] ^= 1;
  return changed;
}
