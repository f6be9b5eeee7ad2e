import { z } from 'zod';
import { base64Bytes, storedObject } from '../../store/collection.ts';
import { sealedText } from '../../store/seal.ts';

/** A key that is sealed in the record store. */
const sealedKeySchema = storedObject({
  /** PKCS #8, DER, sealed under `authorityKeySealContext`. */
  sealedPrivateKey: sealedText,
});

/** Where to find a key that never leaves its PKCS #11 token. */
const tokenKeySchema = storedObject({
  tokenLabel: z.string(),
  /** CKA_ID, lower-case hexadecimal: the octets of the authority's id and eight random ones. */
  keyId: z.string().regex(/^[0-9a-f]{48}$/),
  /** SubjectPublicKeyInfo, DER. Signatures of the token are verified with it. */
  publicKey: base64Bytes,
  /** Only of a deleted authority, in milliseconds since the epoch: tokens do not expire keys. */
  destroyAt: z.number().optional(),
});

/** How to open an authority's key. Keys of both kinds may exist side by side. */
export const keyRecordSchema = z.union([sealedKeySchema, tokenKeySchema]);

export type SealedKey = Readonly<z.infer<typeof sealedKeySchema>>;
export type TokenKey = Readonly<z.infer<typeof tokenKeySchema>>;
export type KeyRecord = SealedKey | TokenKey;

/** Whether the key is in a token; otherwise it is sealed in the record itself. */
export function isTokenKey(key: KeyRecord): key is TokenKey {
  return 'keyId' in key;
}
