// The parts of a pkiMessage, with the deviations of clients and the faults that attackers make.
import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  publicEncrypt,
  randomBytes,
  sign,
} from 'node:crypto';
import {
  bitString,
  boolean,
  children,
  contentOf,
  context,
  implicit,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  set,
  string,
  utcTime,
} from './der.mjs';

export const DIGESTS = {
  md5: ['1.2.840.113549.2.5', '1.2.840.113549.1.1.4'],
  sha1: ['1.3.14.3.2.26', '1.2.840.113549.1.1.5'],
  sha256: ['2.16.840.1.101.3.4.2.1', '1.2.840.113549.1.1.11'],
  sha384: ['2.16.840.1.101.3.4.2.2', '1.2.840.113549.1.1.12'],
  sha512: ['2.16.840.1.101.3.4.2.3', '1.2.840.113549.1.1.13'],
};
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
export const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
export const DATA = '1.2.840.113549.1.7.1';
export const ENVELOPED_DATA = '1.2.840.113549.1.7.3';
const CIPHERS = {
  'aes-128-cbc': '2.16.840.1.101.3.4.1.2',
  'aes-256-cbc': '2.16.840.1.101.3.4.1.42',
  'des-ede3-cbc': '1.2.840.113549.3.7',
  'des-cbc': '1.3.14.3.2.7',
};
const NAME_TYPES = { C: '2.5.4.6', O: '2.5.4.10', CN: '2.5.4.3', hostname: '1.2.840.113549.1.9.2' };

/** `parameters`: 'null', 'absent' or an element. */
export function algorithm(dotted, parameters = 'null') {
  if (parameters === 'absent') return sequence(oid(dotted));
  return sequence(oid(dotted), parameters === 'null' ? nothing : parameters);
}

export const signatureOid = (key, digest) =>
  key.asymmetricKeyType === 'ec' ? ECDSA_SHA256 : DIGESTS[digest][1];
const signatureParameters = (key) => (key.asymmetricKeyType === 'ec' ? 'absent' : 'null');

/** `attributes`: [['C', 'US'], ['CN', 'device']]. */
export const name = (attributes) =>
  sequence(
    ...attributes.map(([type, value]) =>
      set(sequence(oid(NAME_TYPES[type]), string(type === 'C' ? 'printable' : 'utf8', value))),
    ),
  );

export const extension = (dotted, critical, value) =>
  sequence(oid(dotted), ...(critical ? [boolean(true)] : []), octetString(value));

const publicKeyInfo = (key) => createPublicKey(key).export({ type: 'spki', format: 'der' });

/**
 * SHA-1 of the key's bits: the usual subject key identifier (RFC 5280 section 4.2.1.2, method 1).
 */
export const keyIdentifier = (key) =>
  createHash('sha1')
    .update(contentOf(children(publicKeyInfo(key))[1]).subarray(1))
    .digest();

/** A self-signed certificate, by default version 3 without extensions. `serial` is an element. */
export function makeCertificate({
  key,
  subject,
  version = 3,
  serial = integer(1),
  digest = 'sha256',
  extensions = [],
}) {
  const signature = algorithm(signatureOid(key, digest), signatureParameters(key));
  const tbs = sequence(
    ...(version === 3 ? [context(0, integer(2))] : []),
    serial,
    signature,
    name(subject),
    sequence(utcTime('2024-01-01T00:00:00Z'), utcTime('2049-12-31T23:59:59Z')),
    name(subject),
    publicKeyInfo(key),
    ...(extensions.length > 0 ? [context(3, sequence(...extensions))] : []),
  );
  return sequence(tbs, signature, bitString(sign(digest, tbs, key)));
}

/** The issuer and serial number elements of a certificate. */
export function issuerAndSerial(certificate) {
  const fields = children(children(certificate)[0]);
  const [serial, , issuer] = fields[0][0] === 0xa0 ? fields.slice(1) : fields;
  return sequence(issuer, serial);
}

/**
 * A certification request. `challenges` are strings in DER, one attribute each; `extensionRequest`
 * is the attribute's object identifier; `spoil` breaks its signature.
 */
export function makeCsr({
  key,
  subject,
  challenges,
  extensions = [],
  extensionRequest = '1.2.840.113549.1.9.14',
  digest = 'sha256',
  spoil = false,
}) {
  const attributes = [
    ...challenges.map((value) => sequence(oid('1.2.840.113549.1.9.7'), set(value))),
    ...(extensions.length > 0
      ? [sequence(oid(extensionRequest), set(sequence(...extensions)))]
      : []),
  ];
  const info = sequence(integer(0), name(subject), publicKeyInfo(key), context(0, ...attributes));
  const signature = sign(digest, info, key);
  if (spoil) signature[40] ^= 1;
  return sequence(
    info,
    algorithm(signatureOid(key, digest), signatureParameters(key)),
    bitString(signature),
  );
}

/**
 * A KeyTransRecipientInfo. `keyBlock(contentKey, modulusLength)` replaces the PKCS #1 v1.5 block.
 */
function recipientInfo({ certificate, publicKey }, contentKey, { keyBlock, parameters, spoilKey }) {
  const encrypted = keyBlock
    ? publicEncrypt(
        { key: publicKey, padding: constants.RSA_NO_PADDING },
        keyBlock(contentKey, publicKey.asymmetricKeyDetails.modulusLength / 8),
      )
    : publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, contentKey);
  if (spoilKey) encrypted[100] ^= 1;
  return sequence(
    integer(0),
    issuerAndSerial(certificate),
    algorithm(RSA_ENCRYPTION, parameters),
    octetString(encrypted),
  );
}

/**
 * ContentInfo with EnvelopedData. `padding` replaces the last octets of the padded plaintext;
 * `spoilContent` flips a bit of the ciphertext; `constructed` sends it as [0] { OCTET STRING }.
 */
export function makeEnvelope({
  plaintext,
  recipients,
  cipher = 'aes-128-cbc',
  padding,
  spoilContent,
  contentType = DATA,
  ...keyOptions
}) {
  const keyLength = { 'aes-128-cbc': 16, 'aes-256-cbc': 32, 'des-ede3-cbc': 24, 'des-cbc': 8 }[
    cipher
  ];
  const contentKey = randomBytes(keyLength);
  const initialVector = randomBytes(cipher.startsWith('des') ? 8 : 16);
  // Node has no single DES; triple DES with one key three times is the same.
  const encryptor = (
    cipher === 'des-cbc'
      ? createCipheriv('des-ede3-cbc', Buffer.concat(Array(3).fill(contentKey)), initialVector)
      : createCipheriv(cipher, contentKey, initialVector)
  ).setAutoPadding(false);
  const count = initialVector.length - (plaintext.length % initialVector.length);
  const padded = Buffer.concat([plaintext, Buffer.alloc(count, count)]);
  if (padding !== undefined) padding.copy(padded, padded.length - padding.length);
  const ciphertext = Buffer.concat([encryptor.update(padded), encryptor.final()]);
  if (spoilContent) ciphertext[0] ^= 1;
  const enveloped = sequence(
    integer(0),
    set(...recipients.map((recipient) => recipientInfo(recipient, contentKey, keyOptions))),
    sequence(
      oid(contentType),
      algorithm(CIPHERS[cipher], octetString(initialVector)),
      implicit(0, ciphertext),
    ),
  );
  return sequence(oid(ENVELOPED_DATA), context(0, enveloped));
}
