import { createHmac, timingSafeEqual } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, readSmallInteger } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import type { BerElement } from '../asn1/read-ber.ts';
import { readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { findDigestByOid } from '../x509/signature-algorithms.ts';
import {
  checkSalting,
  derivePkcs12Key,
  PKCS12_PURPOSE,
  type Pkcs12Digest,
  type Pkcs12Salting,
  passphraseEncodings,
} from './derive-pkcs12-key.ts';
import { Pkcs12Error } from './pkcs12-error.ts';

interface MacData extends Pkcs12Salting {
  readonly digest: Pkcs12Digest;
  readonly mac: Uint8Array;
}

/**
 * Checks the HMAC over the contents of a PKCS #12 file (RFC 7292 section 5.1).
 * @returns the encoding of the passphrase that this file uses
 * @throws Pkcs12Error when the passphrase is wrong or the MAC is of an unsupported kind;
 *   DecodeError when malformed
 */
export function verifyPkcs12Mac(
  macData: BerElement,
  content: Uint8Array,
  passphrase: string,
): Uint8Array {
  const { digest, mac, ...salting } = readMacData(macData);
  const encoding = passphraseEncodings(passphrase).find((octets) => {
    const derivation = { digest, purpose: PKCS12_PURPOSE.mac, length: mac.length };
    const key = derivePkcs12Key(octets, salting, derivation);
    return timingSafeEqual(createHmac(digest, key).update(content).digest(), mac);
  });
  if (encoding === undefined) {
    const isNot = passphrase === '' ? 'it has a passphrase' : 'the passphrase is wrong';
    throw new Pkcs12Error('wrongPassphrase', `${isNot}, or the file was changed`);
  }
  return encoding;
}

function readMacData(macData: BerElement): MacData {
  const [digestInfo, salt, iterations, ...others] = expectType(macData, 'SEQUENCE').children;
  const [algorithm, digest, ...more] = expectType(digestInfo, 'SEQUENCE').children;
  const { oid } = readAlgorithmIdentifier(expectType(algorithm, 'SEQUENCE'));
  const { name, length } = macDigest(oid);
  const mac = expectType(digest, 'OCTET STRING').content;
  const salting = {
    salt: expectType(salt, 'OCTET STRING').content,
    iterations: iterations === undefined ? 1 : readSmallInteger(iterations),
  };
  checkSalting(salting);
  if (mac.length !== length || others.length + more.length > 0) {
    throw new DecodeError('the MAC is malformed');
  }
  return { digest: name, mac, ...salting };
}

function macDigest(oid: string): { readonly name: Pkcs12Digest; readonly length: number } {
  const digest = findDigestByOid(oid);
  if (digest === undefined || digest.name === 'md5') {
    const name = oid === OID.pbmac1 ? 'PBMAC1' : `an HMAC with ${oid}`;
    throw new Pkcs12Error('rewritable', `its MAC is ${name}, which is not read here`);
  }
  return { name: digest.name, length: digest.length };
}
