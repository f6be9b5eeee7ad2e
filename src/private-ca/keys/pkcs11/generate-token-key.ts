import { createPublicKey, type KeyObject } from 'node:crypto';
import { OID } from '../../../asn1/object-identifiers.ts';
import { readBer } from '../../../asn1/read-ber.ts';
import { derOid } from '../../../asn1/write-der.ts';
import type { KeyAlgorithm } from '../../model/key-algorithms.ts';
import { KeyStoreError } from '../key-store.ts';
import { CK, type Handle, type TokenAttribute } from './cryptoki.ts';
import { readAttribute } from './find-token-objects.ts';
import type { TokenSession } from './session-pool.ts';

type TokenKeyAlgorithm =
  | { readonly bits: number }
  | { readonly curve: string; readonly oid: string; readonly octets: number };

const ALGORITHMS: Readonly<Record<KeyAlgorithm, TokenKeyAlgorithm>> = {
  RSA_2048: { bits: 2048 },
  RSA_3072: { bits: 3072 },
  RSA_4096: { bits: 4096 },
  EC_prime256v1: { curve: 'P-256', oid: OID.prime256v1, octets: 32 },
  EC_secp384r1: { curve: 'P-384', oid: OID.secp384r1, octets: 48 },
  EC_secp521r1: { curve: 'P-521', oid: OID.secp521r1, octets: 66 },
};

const F4 = Buffer.of(1, 0, 1);

/**
 * Makes a key pair in the token that can only sign and cannot be read.
 * @throws KeyStoreError 'unsupported' when the token cannot make such keys
 */
export async function generateTokenKey(
  session: TokenSession,
  keyAlgorithm: KeyAlgorithm,
  name: { readonly keyId: string; readonly label: string },
): Promise<KeyObject> {
  const { cryptoki, handle, slot } = session;
  const algorithm = ALGORITHMS[keyAlgorithm];
  const isRsa = 'bits' in algorithm;
  const mechanism = isRsa ? CK.CKM_RSA_PKCS_KEY_PAIR_GEN : CK.CKM_EC_KEY_PAIR_GEN;
  const signing = isRsa ? CK.CKM_RSA_PKCS : CK.CKM_ECDSA;
  const known = cryptoki.C_GetMechanismList(slot);
  if (![mechanism, signing].every((needed) => known.includes(needed))) {
    throw new KeyStoreError('unsupported', `the token does not make keys of ${keyAlgorithm}`);
  }
  const pair = await cryptoki.C_GenerateKeyPairAsync(
    handle,
    { mechanism },
    publicTemplate(algorithm, name),
    privateTemplate(name),
  );
  try {
    requireSecrecy(session, pair.privateKey);
    return readPublicKey(session, pair.publicKey, algorithm);
  } catch (error) {
    cryptoki.C_DestroyObject(handle, pair.privateKey);
    cryptoki.C_DestroyObject(handle, pair.publicKey);
    throw error;
  }
}

function nameAttributes({ keyId, label }: { keyId: string; label: string }): TokenAttribute[] {
  return [
    { type: CK.CKA_TOKEN, value: true },
    { type: CK.CKA_ID, value: Buffer.from(keyId, 'hex') },
    { type: CK.CKA_LABEL, value: label },
  ];
}

function publicTemplate(
  algorithm: TokenKeyAlgorithm,
  name: { readonly keyId: string; readonly label: string },
): readonly TokenAttribute[] {
  const parameters =
    'bits' in algorithm
      ? [
          { type: CK.CKA_MODULUS_BITS, value: algorithm.bits },
          { type: CK.CKA_PUBLIC_EXPONENT, value: F4 },
          { type: CK.CKA_ENCRYPT, value: false },
          { type: CK.CKA_WRAP, value: false },
        ]
      : [{ type: CK.CKA_EC_PARAMS, value: Buffer.from(derOid(algorithm.oid)) }];
  return [...nameAttributes(name), { type: CK.CKA_VERIFY, value: true }, ...parameters];
}

function privateTemplate(name: {
  readonly keyId: string;
  readonly label: string;
}): readonly TokenAttribute[] {
  return [
    ...nameAttributes(name),
    { type: CK.CKA_PRIVATE, value: true },
    { type: CK.CKA_SENSITIVE, value: true },
    { type: CK.CKA_EXTRACTABLE, value: false },
    { type: CK.CKA_SIGN, value: true },
    { type: CK.CKA_DECRYPT, value: false },
    { type: CK.CKA_UNWRAP, value: false },
    { type: CK.CKA_DERIVE, value: false },
  ];
}

/** A CA key must not be in a token that ignores these attributes. */
function requireSecrecy({ cryptoki, handle }: TokenSession, privateKey: Handle): void {
  const sensitive = readAttribute(cryptoki, handle, privateKey, CK.CKA_SENSITIVE);
  const extractable = readAttribute(cryptoki, handle, privateKey, CK.CKA_EXTRACTABLE);
  if (sensitive[0] === 1 && extractable[0] === 0) return;
  throw new KeyStoreError('unsupported', 'the token made a key that could be read');
}

function readPublicKey(
  { cryptoki, handle }: TokenSession,
  publicKey: Handle,
  algorithm: TokenKeyAlgorithm,
): KeyObject {
  const read = (type: number) => readAttribute(cryptoki, handle, publicKey, type);
  if ('bits' in algorithm) {
    const n = read(CK.CKA_MODULUS).toString('base64url');
    const e = read(CK.CKA_PUBLIC_EXPONENT).toString('base64url');
    return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
  }
  const { curve: crv, octets } = algorithm;
  const point = uncompressedPoint(read(CK.CKA_EC_POINT), octets);
  const x = point.subarray(1, 1 + octets).toString('base64url');
  const y = point.subarray(1 + octets).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv, x, y }, format: 'jwk' });
}

/**
 * CKA_EC_POINT is a DER OCTET STRING (PKCS #11 2.40); some tokens return only its content.
 * @throws KeyStoreError for any other form
 */
function uncompressedPoint(value: Buffer, octets: number): Buffer {
  const length = 1 + 2 * octets;
  const point = value.length === length ? value : Buffer.from(readBer(value).content);
  if (point.length === length && point[0] === 4) return point;
  throw new KeyStoreError('unsupported', 'the token gave a public key in an unknown form');
}
