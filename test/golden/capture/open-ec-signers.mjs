// Requests of elliptic-curve keys, whose reply is encrypted by the challenge password (RFC 8894
// section 3.1). Usage: node open-ec-signers.mjs
import { csr, EC_KEY, envelope, pkiMessage, SUBJECT } from './make-message.mjs';
import { makeCertificate } from './make-parts.mjs';
import { variant } from './write-variant.mjs';

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const signer = { key: EC_KEY, certificate: makeCertificate({ key: EC_KEY, subject: SUBJECT }) };
const enrolling = (options) =>
  pkiMessage(envelope({ plaintext: csr({ key: EC_KEY }) }), { signer, ...options });

variant('variants', 'ec-signer', 'signed by a key on P-256', enrolling());
variant(
  'variants',
  'ec-signer-key-type-alone',
  'the signature algorithm of a key on P-256 is id-ecPublicKey, as rsaEncryption is for RSA',
  enrolling({ signatureAlgorithm: EC_PUBLIC_KEY }),
  { unread: 'OpenSSL wants ecdsa-with-SHA256 there' },
);
