// Messages with wrong SCEP attributes, signers or algorithms. Usage: node refuse-attributes.mjs
import { octetString, oid, string } from './der.mjs';
import {
  attributes,
  csr,
  deviceSigner,
  duplicate,
  EC_KEY,
  envelope,
  party,
  pkiMessage,
  RENEWING_KEY,
  SUBJECT,
} from './make-message.mjs';
import { makeCertificate } from './make-parts.mjs';
import { badAlg, badRequest, unreadable } from './write-refusal.mjs';

// messageType
const typed = (text) =>
  pkiMessage(envelope(), { signed: attributes({ messageType: string('printable', text) }) });
for (const type of [0, 1, 2, 3, 16, 18, 23, 99, 190]) {
  badRequest(`message-type-${type}`, `messageType ${type}`, typed(String(type)), {
    messageType: type,
  });
}
for (const [name, text] of [
  ['name', 'PKCSReq'],
  ['leading-zero', '019'],
  ['spaces', ' 19'],
  ['sign', '+19'],
  ['fraction', '19.0'],
]) {
  badRequest(`message-type-${name}`, `messageType "${text}"`, typed(text), { messageType: null });
}

// SCEP attributes that are absent, malformed or ambiguous, so that a reply has no transaction
const signed = (name, description, overrides) =>
  unreadable(name, description, pkiMessage(envelope(), { signed: attributes(overrides) }));
const printable = (text) => string('printable', text);
signed('message-type-missing', 'no messageType', { messageType: null });
signed('transaction-id-missing', 'no transactionID', { transactionId: null });
signed('transaction-id-empty', 'an empty transactionID', { transactionId: printable('') });
signed('transaction-id-256', 'transactionID of 256 characters', {
  transactionId: printable('t'.repeat(256)),
});
signed('nonce-missing', 'no senderNonce', { senderNonce: null });
signed('nonce-empty', 'an empty senderNonce', { senderNonce: octetString(Buffer.alloc(0)) });
signed('nonce-65', 'senderNonce of 65 octets', { senderNonce: octetString(Buffer.alloc(65, 1)) });
signed(
  'duplicate-message-type',
  'messageType 19 and 20',
  duplicate('messageType', printable('20')),
);
signed(
  'duplicate-transaction-id',
  'two transactionIDs',
  duplicate('transactionId', printable('other')),
);
signed(
  'duplicate-nonce',
  'two senderNonces',
  duplicate('senderNonce', octetString(Buffer.alloc(16))),
);
const other = { key: RENEWING_KEY, certificate: party('renewing-device.pem').certificate };
unreadable(
  'two-signers',
  'two SignerInfos, both valid',
  pkiMessage(envelope(), {
    signers: [deviceSigner(), other],
    certificates: [deviceSigner().certificate, other.certificate],
  }),
);
unreadable(
  'no-signers',
  'SignedData without a SignerInfo',
  pkiMessage(envelope(), { signers: [] }),
);

// Algorithms
const ecSigner = { key: EC_KEY, certificate: makeCertificate({ key: EC_KEY, subject: SUBJECT }) };
badAlg(
  'ec-signer-no-challenge',
  'signed with an elliptic-curve key and without a challenge password: no reply can be encrypted',
  pkiMessage(envelope({ plaintext: csr({ key: EC_KEY, challenges: [] }) }), { signer: ecSigner }),
);
badAlg(
  'digest-sha224',
  'SHA-224',
  replacedBytes(
    pkiMessage(envelope()),
    oid('2.16.840.1.101.3.4.2.1'),
    oid('2.16.840.1.101.3.4.2.4'),
  ),
  { digest: null },
);
badAlg(
  'cipher-unknown',
  'an unknown content cipher',
  pkiMessage(
    replacedBytes(envelope(), oid('2.16.840.1.101.3.4.1.2'), oid('2.16.840.1.101.3.4.1.99')),
  ),
  { cipher: null },
);
badAlg(
  'key-transport-unknown',
  'an unknown key transport of our own recipient',
  pkiMessage(replacedBytes(envelope(), oid('1.2.840.113549.1.1.1'), oid('1.2.840.113549.1.1.99'))),
  { keyTransport: null },
);

/** Every occurrence replaced; the lengths must be equal. */
function replacedBytes(message, from, to) {
  const hex = message.toString('hex').replaceAll(from.toString('hex'), to.toString('hex'));
  if (hex.length !== message.length * 2 || from.length !== to.length)
    throw new Error('lengths differ');
  return Buffer.from(hex, 'hex');
}
