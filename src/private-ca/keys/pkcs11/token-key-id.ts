import type { KeyInToken } from '../key-store.ts';

const ID_OCTETS = 16;
const RANDOM_OCTETS = 8;
const LABEL = 'scep-connector CA ';

/**
 * A CKA_ID, hexadecimal, for a new key: the octets of the authority's id, so that people can find
 * the key, and random octets, because two processes may each make a key for one authority and only
 * one is kept.
 */
export function newTokenKeyId(
  authorityId: string,
  randomBytes: (length: number) => Uint8Array,
): string {
  const id = Buffer.from(authorityId.replaceAll('-', ''), 'hex');
  return Buffer.concat([id, randomBytes(RANDOM_OCTETS)]).toString('hex');
}

/** CKA_LABEL, which the tools of a token show. */
export function tokenKeyLabel(authorityId: string): string {
  return `${LABEL}${authorityId}`;
}

/** Undefined for a key of another program. */
export function readTokenKeyName(id: Uint8Array, label: string): KeyInToken | undefined {
  if (id.length !== ID_OCTETS + RANDOM_OCTETS) return undefined;
  const keyId = Buffer.from(id).toString('hex');
  const authorityId = keyId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return label === tokenKeyLabel(authorityId) ? { keyId, authorityId } : undefined;
}
