import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, hasContextTag } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { derContext, derInteger, derOctetString } from '../asn1/write-der.ts';
import {
  type AlgorithmIdentifier,
  derAlgorithmIdentifier,
  readAlgorithmIdentifier,
} from '../x509/algorithm-identifier.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import {
  type ContentCipher,
  contentCipher,
  findCipherByOid,
  initialisationVector,
} from './content-ciphers.ts';
import {
  deriveKey,
  derPasswordKeyDerivation,
  type PasswordKeyDerivation,
  readPasswordKeyDerivation,
} from './password-key-derivation.ts';
import { wrapContentKey } from './wrap-content-key.ts';

/** PasswordRecipientInfo (RFC 5652 section 6.2.4) as received; nothing has been checked. */
export interface PasswordRecipient {
  readonly keyDerivation: AlgorithmIdentifier | undefined;
  readonly keyEncryption: AlgorithmIdentifier;
  readonly encryptedKey: Uint8Array;
}

/** How a content key is encrypted by a password: PWRI-KEK (RFC 3211) with a key from PBKDF2. */
export interface PasswordEncryption {
  readonly derivation: PasswordKeyDerivation;
  readonly cipher: ContentCipher;
  readonly iv: Uint8Array;
}

/**
 * A key derived from a password, to encrypt replies with instead of a certificate. Does not contain
 * the password.
 */
export interface PasswordKey {
  readonly derivation: PasswordKeyDerivation;
  /** 32 octets. Secret. */
  readonly key: Uint8Array;
}

/** docs/adr/0009-password-recipients.md explains the number. */
const ITERATIONS = 10_000;
const KEY_CIPHER = contentCipher('aes256');

/** `element` is the RecipientInfo under its tag [3]. @throws DecodeError */
export function readPasswordRecipient({ children }: BerElement): PasswordRecipient {
  const [version, ...fields] = children;
  expectType(version, 'INTEGER');
  const derivation = hasContextTag(fields[0], 0) ? fields.shift() : undefined;
  const [keyEncryption, encryptedKey, ...others] = fields;
  if (others.length > 0) throw new DecodeError('a PasswordRecipientInfo is malformed');
  return {
    keyDerivation: derivation && readAlgorithmIdentifier(untagged(derivation)),
    keyEncryption: readAlgorithmIdentifier(expectType(keyEncryption, 'SEQUENCE')),
    encryptedKey: expectType(encryptedKey, 'OCTET STRING').content,
  };
}

/**
 * The unencrypted parameters of a password recipient, checked against our bounds. Derives nothing.
 * @throws UnsupportedAlgorithmError for anything but PBKDF2 and PWRI-KEK with AES or triple DES;
 *   DecodeError when malformed
 */
export function passwordEncryption(recipient: PasswordRecipient): PasswordEncryption {
  const { keyDerivation, keyEncryption } = recipient;
  if (keyEncryption.oid !== OID.pwriKek) throw new UnsupportedAlgorithmError(keyEncryption.oid);
  if (keyDerivation === undefined || keyEncryption.parameters === undefined) {
    throw new DecodeError('a PasswordRecipientInfo does not say how its key is derived');
  }
  const algorithm = readAlgorithmIdentifier(readBer(keyEncryption.parameters));
  const cipher = findCipherByOid(algorithm.oid);
  if (cipher === undefined || cipher.legacy !== undefined) {
    throw new UnsupportedAlgorithmError(algorithm.oid);
  }
  const iv = initialisationVector(algorithm, cipher);
  if (iv === undefined) throw new DecodeError('a PasswordRecipientInfo is malformed');
  return { derivation: readPasswordKeyDerivation(keyDerivation, cipher.keyLength), cipher, iv };
}

/**
 * Derives a key from a password, to encrypt a reply with. Takes some milliseconds, off the calling
 * thread.
 */
export async function derivePasswordKey(
  password: string,
  randomBytes: (length: number) => Uint8Array,
): Promise<PasswordKey> {
  const derivation = { salt: randomBytes(16), iterations: ITERATIONS, prf: 'sha256' } as const;
  return { derivation, key: await deriveKey(password, derivation, KEY_CIPHER.keyLength) };
}

/**
 * A RecipientInfo for those who know the password, DER: PasswordRecipientInfo version 0 under [3].
 */
export function derPasswordRecipient(
  { derivation, key }: PasswordKey,
  contentKey: Uint8Array,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array {
  const iv = randomBytes(KEY_CIPHER.blockLength);
  const wrapping = { cipher: KEY_CIPHER, key, iv };
  const cipher = derAlgorithmIdentifier(KEY_CIPHER.oid, derOctetString(iv));
  return derContext(
    3,
    derInteger(0),
    derContext(0, readBer(derPasswordKeyDerivation(derivation)).content),
    derAlgorithmIdentifier(OID.pwriKek, cipher),
    derOctetString(wrapContentKey(contentKey, wrapping, randomBytes)),
  );
}

/** [0] IMPLICIT AlgorithmIdentifier as the SEQUENCE that it replaces. */
function untagged({ bytes }: BerElement): BerElement {
  return readBer(Buffer.concat([Buffer.of(0x30), bytes.subarray(1)]));
}
