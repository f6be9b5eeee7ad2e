import { pbkdf2Sync } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, readSmallInteger } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import {
  type ContentCipher,
  contentCipher,
  decryptContent,
  findCipherByOid,
  initialisationVector,
} from './content-ciphers.ts';
import { checkSalting, derivePkcs12Key, PKCS12_PURPOSE } from './derive-pkcs12-key.ts';
import { Pkcs12Error } from './pkcs12-error.ts';
import { readPbkdf2Parameters } from './read-pbkdf2-parameters.ts';

/** A passphrase in the two encodings that key derivations use. */
export interface Passphrase {
  /** For PBES2, as UTF-8. */
  readonly text: string;
  /** For the key derivation of PKCS #12. */
  readonly octets: Uint8Array;
}

interface Decryption {
  readonly cipher: ContentCipher;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** Only PKCS #12 files may use HMAC with SHA-224. */
const PSEUDO_RANDOM_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  [OID.hmacWithSha1, 'sha1'],
  [OID.hmacWithSha224, 'sha224'],
  [OID.hmacWithSha256, 'sha256'],
  [OID.hmacWithSha384, 'sha384'],
  [OID.hmacWithSha512, 'sha512'],
]);

const OUTDATED: ReadonlyMap<string, string> = new Map([
  [OID.pbeWithShaAnd128BitRc4, 'RC4 with 128 bits'],
  [OID.pbeWithShaAnd40BitRc4, 'RC4 with 40 bits'],
  [OID.pbeWithShaAnd2KeyTripleDesCbc, 'triple DES with two keys'],
  [OID.pbeWithShaAnd128BitRc2Cbc, 'RC2 with 128 bits'],
  [OID.pbeWithShaAnd40BitRc2Cbc, 'RC2 with 40 bits'],
]);

/**
 * Decrypts with PBES2 (PBKDF2 with HMAC, AES or triple DES in CBC mode; RFC 8018 section 6.2) or
 * with pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C).
 * @throws Pkcs12Error for other algorithms, before any key is derived, and when the passphrase is
 *   wrong; DecodeError when malformed
 */
export function decryptByPassphrase(
  algorithm: AlgorithmIdentifier,
  encrypted: Uint8Array,
  passphrase: Passphrase,
): Uint8Array {
  const { cipher, key, iv } = decryptionFor(algorithm, passphrase);
  const content = decryptContent(cipher, key, iv, encrypted);
  if (content === undefined) {
    throw new Pkcs12Error('wrongPassphrase', 'a part of it has another passphrase, or was changed');
  }
  return content;
}

function decryptionFor(algorithm: AlgorithmIdentifier, passphrase: Passphrase): Decryption {
  const { oid, parameters } = algorithm;
  if (parameters === undefined) throw new DecodeError('an encryption has no parameters');
  const fields = expectType(readBer(parameters), 'SEQUENCE').children;
  if (oid === OID.pbes2) return pbes2(fields, passphrase.text);
  if (oid === OID.pbeWithShaAnd3KeyTripleDesCbc) return tripleDes(fields, passphrase.octets);
  const outdated = OUTDATED.get(oid);
  if (outdated === undefined) throw notRead(oid);
  throw new Pkcs12Error('rewritableByLegacy', `it is encrypted with ${outdated}, outdated`);
}

function tripleDes(fields: readonly BerElement[], octets: Uint8Array): Decryption {
  const [salt, iterations] = fields;
  const salting = {
    salt: expectType(salt, 'OCTET STRING').content,
    iterations: readSmallInteger(iterations),
  };
  checkSalting(salting);
  const cipher = contentCipher('3des');
  const derive = (purpose: number, length: number) =>
    derivePkcs12Key(octets, salting, { digest: 'sha1', purpose, length });
  return {
    cipher,
    key: derive(PKCS12_PURPOSE.key, cipher.keyLength),
    iv: derive(PKCS12_PURPOSE.initialisationVector, cipher.blockLength),
  };
}

function pbes2([derivation, scheme]: readonly BerElement[], text: string): Decryption {
  const encryption = readAlgorithmIdentifier(expectType(scheme, 'SEQUENCE'));
  const cipher = findCipherByOid(encryption.oid);
  if (cipher === undefined || cipher.legacy !== undefined) throw notRead(encryption.oid);
  const iv = initialisationVector(encryption, cipher);
  if (iv === undefined) throw new DecodeError('the initialisation vector is malformed');
  const key = pbkdf2Key(expectType(derivation, 'SEQUENCE'), cipher.keyLength, text);
  return { cipher, key, iv };
}

/** RFC 8018 appendix A.2. */
function pbkdf2Key(derivation: BerElement, keyLength: number, text: string): Uint8Array {
  const { oid, parameters } = readAlgorithmIdentifier(derivation);
  if (oid !== OID.pbkdf2 || parameters === undefined) {
    throw notRead(oid === OID.scrypt ? 'scrypt' : oid);
  }
  const named = readPbkdf2Parameters(parameters);
  const { salt, iterations, prf, hasExcess } = named;
  checkSalting({ salt, iterations });
  if ((named.keyLength ?? keyLength) !== keyLength || hasExcess) {
    throw new DecodeError('the parameters of PBKDF2 are malformed');
  }
  const prfOid = prf === undefined ? OID.hmacWithSha1 : readAlgorithmIdentifier(prf).oid;
  const digest = PSEUDO_RANDOM_FUNCTIONS.get(prfOid);
  if (digest === undefined) throw notRead(prfOid);
  return pbkdf2Sync(text, salt, iterations, keyLength, digest);
}

function notRead(name: string): Pkcs12Error {
  return new Pkcs12Error('rewritable', `it is encrypted with ${name}, which is not read here`);
}
