// Writes a PKIOperation, because the OpenSSL command line cannot add SCEP's signed attributes.
import { createHash, createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { KEYS } from './corpus.mjs';
import {
  context,
  implicit,
  indefinite,
  integer,
  octetString,
  oid,
  sequence,
  set,
  sortedSet,
  string,
  tlv,
  utcTime,
} from './der.mjs';
import {
  algorithm,
  DATA,
  DIGESTS,
  issuerAndSerial,
  keyIdentifier,
  makeCertificate,
  makeCsr,
  makeEnvelope,
  RSA_ENCRYPTION,
  signatureOid,
} from './make-parts.mjs';

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const SCEP = {
  messageType: '2.16.840.1.113733.1.9.2',
  senderNonce: '2.16.840.1.113733.1.9.5',
  transactionId: '2.16.840.1.113733.1.9.7',
};
export const CHALLENGE = '0a1b2c3d-4e5f-4678-9abc-def012345678';
export const SUBJECT = [
  ['C', 'US'],
  ['O', 'Lab'],
  ['CN', 'device'],
];
export const NONCE = '00112233445566778899aabbccddeeff';
export const TRANSACTION_ID = 'golden-transaction-1';

const keyFile = (file) => readFileSync(path.join(KEYS, file));
export const DEVICE_KEY = createPrivateKey(keyFile('device.key'));
export const EC_KEY = createPrivateKey(keyFile('device-ec.key'));
export const RENEWING_KEY = createPrivateKey(keyFile('renewing-device.key'));

/** { certificate: DER, publicKey } of a PEM file among the keys. */
export function party(file) {
  const certificate = new X509Certificate(keyFile(file));
  return { certificate: certificate.raw, publicKey: certificate.publicKey };
}
export const RA = party('ra.pem');
export const deviceSigner = () => ({
  key: DEVICE_KEY,
  certificate: makeCertificate({ key: DEVICE_KEY, subject: SUBJECT }),
});

export const csr = (options = {}) =>
  makeCsr({
    key: DEVICE_KEY,
    subject: SUBJECT,
    challenges: [string('printable', CHALLENGE)],
    ...options,
  });
export const envelope = (options = {}) =>
  makeEnvelope({ plaintext: csr(), recipients: [RA], ...options });

/**
 * The signed attributes in the order sent, as [object identifier, value] pairs. Omits undefined
 * ones.
 */
export function attributes({
  messageType = string('printable', '19'),
  transactionId = string('printable', TRANSACTION_ID),
  senderNonce = octetString(Buffer.from(NONCE, 'hex')),
  signingTime = utcTime('2024-06-01T12:00:00Z'),
  more = [],
} = {}) {
  const pairs = [
    ['1.2.840.113549.1.9.5', signingTime],
    [SCEP.transactionId, transactionId],
    [SCEP.messageType, messageType],
    [SCEP.senderNonce, senderNonce],
    ...more,
  ];
  return pairs.filter(([, value]) => value !== null);
}
export const duplicate = (field, value) => ({ more: [[SCEP[field], value]] });

/**
 * A SignerInfo. `sid`: 'issuerAndSerial' or 'ski'; `order`: 'sorted', 'unsorted' (and signed as
 * sent) or 'unsortedButSignedSorted'; `spoilDigest` and `spoilSignature` break the digest or
 * signature.
 */
function signerInfo(
  content,
  {
    signer,
    digest = 'sha256',
    parameters = 'null',
    signatureAlgorithm,
    sid = 'issuerAndSerial',
    signed = attributes(),
    order = 'sorted',
    contentType = DATA,
    spoilDigest,
    spoilSignature,
  },
) {
  const messageDigest = createHash(digest).update(content).digest();
  if (spoilDigest) messageDigest[0] ^= 1;
  const encoded = [
    ['1.2.840.113549.1.9.4', octetString(messageDigest)],
    ['1.2.840.113549.1.9.3', oid(contentType)],
    ...signed,
  ].map(([type, value]) => sequence(oid(type), set(value)));
  const sent = order === 'sorted' ? sortedSet(encoded) : set(...encoded);
  const toSign = order === 'unsorted' ? sent : sortedSet(encoded);
  const signature = sign(digest, toSign, signer.key);
  if (spoilSignature) signature[40] ^= 1;
  const isEc = signer.key.asymmetricKeyType === 'ec';
  return sequence(
    integer(sid === 'ski' ? 3 : 1),
    sid === 'ski' ? implicit(0, keyIdentifier(signer.key)) : issuerAndSerial(signer.certificate),
    algorithm(DIGESTS[digest][0], parameters),
    Buffer.concat([Buffer.from([0xa0]), sent.subarray(1)]),
    isEc
      ? algorithm(signatureAlgorithm ?? signatureOid(signer.key, digest), 'absent')
      : algorithm(signatureAlgorithm ?? RSA_ENCRYPTION, parameters),
    octetString(signature),
  );
}

/**
 * A pkiMessage of the device around `content`. `certificates` replaces the signer's own; `signers`
 * is the number of SignerInfos; `ber` writes the outer structure in indefinite lengths and the
 * content in chunks.
 */
export function pkiMessage(content, options = {}) {
  const signer = options.signer ?? deviceSigner();
  const { certificates = [signer.certificate], ber = false, contentType = DATA } = options;
  const infos = (options.signers ?? [signer]).map((one) =>
    signerInfo(content, { ...options, signer: one }),
  );
  const digestAlgorithm = algorithm(DIGESTS[options.digest ?? 'sha256'][0], options.parameters);
  const version = integer(options.sid === 'ski' ? 3 : 1);
  if (ber) return berMessage({ version, digestAlgorithm, content, certificates, infos });
  const signedData = sequence(
    version,
    set(digestAlgorithm),
    sequence(oid(contentType), context(0, octetString(content))),
    ...(certificates.length > 0 ? [context(0, ...certificates)] : []),
    set(...infos),
  );
  return sequence(oid(SIGNED_DATA), context(0, signedData));
}

function berMessage({ version, digestAlgorithm, content, certificates, infos }) {
  const chunks = [];
  for (let at = 0; at < content.length; at += 256) {
    chunks.push(tlv(0x04, content.subarray(at, at + 256)));
  }
  const encapsulated = indefinite(0x30, oid(DATA), indefinite(0xa0, indefinite(0x24, ...chunks)));
  const signedData = indefinite(
    0x30,
    ...[version, set(digestAlgorithm), encapsulated],
    ...[indefinite(0xa0, ...certificates), indefinite(0x31, ...infos)],
  );
  return indefinite(0x30, oid(SIGNED_DATA), indefinite(0xa0, signedData));
}
