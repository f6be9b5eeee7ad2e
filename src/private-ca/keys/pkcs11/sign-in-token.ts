import { createHash, type KeyObject } from 'node:crypto';
import { OID } from '../../../asn1/object-identifiers.ts';
import { derInteger, derNull, derOctetString, derSequence } from '../../../asn1/write-der.ts';
import { derAlgorithmIdentifier } from '../../../x509/algorithm-identifier.ts';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../../x509/signing-algorithm.ts';
import { CK, type Mechanism } from './cryptoki.ts';
import { findPrivateKey } from './find-token-objects.ts';
import type { TokenSession } from './session-pool.ts';

const DIGESTS = {
  sha256: { oid: OID.sha256, hashAlg: CK.CKM_SHA256, mgf: CK.CKG_MGF1_SHA256 },
  sha384: { oid: OID.sha384, hashAlg: CK.CKM_SHA384, mgf: CK.CKG_MGF1_SHA384 },
  sha512: { oid: OID.sha512, hashAlg: CK.CKM_SHA512, mgf: CK.CKG_MGF1_SHA512 },
} as const;

/** How the token is asked to sign, and how its answer is encoded. */
interface TokenSignature {
  readonly mechanism: Mechanism;
  readonly input: Buffer;
  readonly encode: (raw: Buffer) => Uint8Array;
}

/** Longer than any signature by a supported key. */
const MAX_SIGNATURE_OCTETS = 1_024;

/**
 * A signature over `bytes`; ECDSA as DER. The digest is computed here: a long CRL need not travel
 * to the token, and every token has the three mechanisms that sign a digest.
 */
export async function signInToken(
  session: TokenSession,
  { keyId, publicKey }: { readonly keyId: string; readonly publicKey: KeyObject },
  algorithm: SigningAlgorithm,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const { cryptoki, handle } = session;
  const { mechanism, input, encode } = tokenSignature(publicKey, algorithm, bytes);
  cryptoki.C_SignInit(handle, mechanism, findPrivateKey(session, keyId));
  const signature = await cryptoki.C_SignAsync(handle, input, Buffer.alloc(MAX_SIGNATURE_OCTETS));
  // The thread reads `input` without a reference; this use keeps it from being collected before.
  input.fill(0);
  return encode(signature);
}

function tokenSignature(
  publicKey: KeyObject,
  algorithm: SigningAlgorithm,
  bytes: Uint8Array,
): TokenSignature {
  const { digest, ...row } = SIGNING_ALGORITHMS[algorithm];
  const { oid, hashAlg, mgf } = DIGESTS[digest];
  const hash = createHash(digest).update(bytes).digest();
  if ('saltLength' in row) {
    const { saltLength: saltLen } = row;
    const parameter = { type: CK.CK_PARAMS_RSA_PSS, hashAlg, mgf, saltLen };
    return { mechanism: { mechanism: CK.CKM_RSA_PKCS_PSS, parameter }, input: hash, encode };
  }
  if (row.keyType === 'rsa') {
    return { mechanism: { mechanism: CK.CKM_RSA_PKCS }, input: derDigestInfo(oid, hash), encode };
  }
  return {
    mechanism: { mechanism: CK.CKM_ECDSA },
    // ECDSA uses the leftmost bits of the digest, as many as the curve's order has (FIPS 186-5
    // section 6.4). Some tokens refuse a longer digest.
    input: hash.subarray(0, fieldOctets(publicKey)),
    encode: derEcdsaSignature,
  };
}

function encode(raw: Buffer): Uint8Array {
  return Uint8Array.from(raw);
}

/** RFC 8017 section 9.2. */
function derDigestInfo(oid: string, hash: Uint8Array): Buffer {
  const algorithm = derAlgorithmIdentifier(oid, derNull());
  return Buffer.from(derSequence(algorithm, derOctetString(hash)));
}

/** ECDSA-Sig-Value (RFC 3279 section 2.2.3) of r and s side by side. */
function derEcdsaSignature(raw: Buffer): Uint8Array {
  const half = raw.length / 2;
  return derSequence(derInteger(raw.subarray(0, half)), derInteger(raw.subarray(half)));
}

const FIELD_OCTETS: Readonly<Record<string, number>> = {
  prime256v1: 32,
  secp384r1: 48,
  secp521r1: 66,
};

function fieldOctets({ asymmetricKeyDetails }: KeyObject): number | undefined {
  return FIELD_OCTETS[asymmetricKeyDetails?.namedCurve ?? ''];
}
