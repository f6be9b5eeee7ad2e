// Unusual requests of clients that a server must open. Usage: node open-variants.mjs
import { implicit, integer, octetString, sequence, string, tlv } from './der.mjs';
import {
  attributes,
  CHALLENGE,
  csr,
  DEVICE_KEY,
  deviceSigner,
  envelope,
  NONCE,
  party,
  pkiMessage,
  RENEWING_KEY,
  SUBJECT,
  TRANSACTION_ID,
} from './make-message.mjs';
import { DIGESTS, extension, keyIdentifier, makeCertificate } from './make-parts.mjs';
import { opensslEnvelope, variant } from './write-variant.mjs';

const handmade = (...args) => variant('variants', ...args);
const selfSigned = (options) => ({
  signer: {
    key: DEVICE_KEY,
    certificate: makeCertificate({ key: DEVICE_KEY, subject: SUBJECT, ...options }),
  },
});
const keyIdentifierExtension = extension(
  '2.5.29.14',
  false,
  octetString(keyIdentifier(DEVICE_KEY)),
);

// Encodings
handmade(
  'absent-parameters',
  'no AlgorithmIdentifier of RSA or a digest has parameters',
  pkiMessage(envelope({ parameters: 'absent' }), { parameters: 'absent' }),
);
handmade(
  'inner-content-type',
  'content type envelopedData inside the envelope',
  pkiMessage(envelope({ contentType: '1.2.840.113549.1.7.3' })),
);
handmade(
  'sha256-with-rsa',
  'signatureAlgorithm sha256WithRSAEncryption in place of rsaEncryption',
  pkiMessage(envelope(), { signatureAlgorithm: DIGESTS.sha256[1] }),
);
handmade(
  'ber-throughout',
  'BER: SignedData and EnvelopedData of indefinite length, contents in chunks',
  pkiMessage(opensslEnvelope('-stream -aes128 KEYS/ra.pem'), { ber: true }),
);
handmade(
  'attributes-unsorted',
  'signed attributes out of DER order and signed as sent',
  pkiMessage(envelope(), { order: 'unsorted' }),
);
handmade(
  'attributes-unsorted-signed-sorted',
  'signed attributes sent out of DER order, though signed in it',
  pkiMessage(envelope(), { order: 'unsortedButSignedSorted' }),
  { unread: 'OpenSSL verifies only over the order received' },
);
handmade(
  'attribute-unknown',
  'a signed attribute nobody knows',
  pkiMessage(envelope(), {
    signed: attributes({ more: [['1.3.6.1.4.1.99999.1', string('utf8', 'hello')]] }),
  }),
);
handmade(
  'no-signing-time',
  'no signingTime',
  pkiMessage(envelope(), { signed: attributes({ signingTime: null }) }),
);

// Signers
handmade(
  'cisco-md5-v1',
  'an X.509 version 1 signer named by unstructuredName, MD5 throughout: Cisco IOS 12.4',
  pkiMessage(
    envelope({
      plaintext: csr({ digest: 'md5', subject: [['hostname', 'router.example']] }),
      cipher: 'des-ede3-cbc',
    }),
    {
      digest: 'md5',
      ...selfSigned({ version: 1, digest: 'md5', subject: [['hostname', 'router.example']] }),
    },
  ),
  {
    digest: 'md5',
    cipher: 'desEde3Cbc',
    csrSubject: 'unstructuredName=router.example',
    policy: { allowMd5: true },
  },
);
handmade(
  'windows-critical-aki',
  'a signer with a critical authority key identifier: Windows',
  pkiMessage(
    envelope(),
    selfSigned({
      extensions: [extension('2.5.29.35', true, sequence(implicit(0, keyIdentifier(DEVICE_KEY))))],
    }),
  ),
);
handmade(
  'serial-32-octets',
  'a signer with a serial number of 32 octets',
  pkiMessage(envelope(), selfSigned({ serial: integer(Buffer.alloc(32, 0x7b)) })),
);
handmade(
  'serial-negative',
  'a signer with a negative serial number',
  pkiMessage(envelope(), selfSigned({ serial: tlv(0x02, Buffer.from('8001', 'hex')) })),
);
handmade(
  'other-subject',
  'a signer whose subject is not that of the CSR: Apple, scepclient',
  pkiMessage(envelope(), selfSigned({ subject: [['CN', '5e0a1c52-3d8b-4c46-9d0e-0f1d9e3a7b11']] })),
);
handmade(
  'unrelated-certificates-first',
  'two unrelated certificates before that of the signer',
  pkiMessage(envelope(), {
    certificates: [
      party('root.pem').certificate,
      party('foreign-ra.pem').certificate,
      deviceSigner().certificate,
    ],
  }),
);
handmade(
  'signer-key-identifier',
  'the signer named by its subject key identifier; SignerInfo version 3',
  pkiMessage(envelope(), { sid: 'ski', ...selfSigned({ extensions: [keyIdentifierExtension] }) }),
);
handmade(
  'issued-signer',
  'PKCSReq for the same key, signed with a certificate of the issuing CA',
  pkiMessage(envelope({ plaintext: csr({ key: RENEWING_KEY }) }), {
    signer: { key: RENEWING_KEY, certificate: party('renewing-device.pem').certificate },
  }),
  { enrolment: null },
);

// SCEP attributes
const signed = (overrides) => pkiMessage(envelope(), { signed: attributes(overrides) });
const id = (value, kind = 'printable') => signed({ transactionId: string(kind, value) });
const nonce = (hex) => signed({ senderNonce: octetString(Buffer.from(hex, 'hex')) });
handmade('transaction-id-77-digits', 'transactionID of 77 digits: certmonger', id('7'.repeat(77)), {
  transactionId: '7'.repeat(77),
});
handmade(
  'transaction-id-base64',
  'transactionID with / + and =: scepclient',
  id('jz/onuPP9s+tlq7kb/KdreonImI='),
  { transactionId: 'jz/onuPP9s+tlq7kb/KdreonImI=' },
);
handmade('transaction-id-space', 'transactionID with a space: sscep', id('SSCEP transactionId'), {
  transactionId: 'SSCEP transactionId',
});
handmade('transaction-id-255', 'transactionID of 255 characters', id('t'.repeat(255)), {
  transactionId: 't'.repeat(255),
});
handmade('transaction-id-utf8', 'transactionID as UTF8String', id(TRANSACTION_ID, 'utf8'));
handmade('nonce-8', 'senderNonce of 8 octets', nonce('0011223344556677'), {
  senderNonce: '0011223344556677',
});
handmade('nonce-32', 'senderNonce of 32 octets', nonce(NONCE + NONCE), {
  senderNonce: NONCE + NONCE,
});

// Certification requests
const request = (options) => pkiMessage(envelope({ plaintext: csr(options) }));
const challenge = (kind, value = CHALLENGE) => request({ challenges: [string(kind, value)] });
const san = extension('2.5.29.17', false, sequence(implicit(2, Buffer.from('device.example'))));
handmade('challenge-utf8', 'challengePassword as UTF8String', challenge('utf8'));
handmade('challenge-t61', 'challengePassword as TeletexString', challenge('t61'));
handmade('challenge-ia5', 'challengePassword as IA5String', challenge('ia5'));
handmade('challenge-bmp', 'challengePassword as BMPString', challenge('bmp'), {
  unread: 'OpenSSL does not print BMPString',
});
handmade(
  'challenge-empty',
  'an empty challengePassword counts as none',
  challenge('printable', ''),
  { challenge: null, unread: 'OpenSSL prints it as empty', enrolment: 'badRequest' },
);
handmade('challenge-absent', 'no challengePassword', request({ challenges: [] }), {
  challenge: null,
  enrolment: 'badRequest',
});
handmade('extensions', 'subjectAltName in extensionRequest', request({ extensions: [san] }));
handmade(
  'extensions-microsoft',
  'subjectAltName under the Microsoft name of extensionRequest',
  request({ extensions: [san], extensionRequest: '1.3.6.1.4.1.311.2.1.14' }),
);
handmade('csr-sha512', 'a CSR signed with SHA-512', request({ digest: 'sha512' }));
