import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type CanonicalParts, canonicalRequest } from './canonical-request.ts';
import { ALGORITHM, type CredentialScope } from './parse-authorization.ts';
import { formatScope } from './signing-key.ts';

export interface SignedParts extends CanonicalParts {
  /** YYYYMMDDTHHMMSSZ. */
  readonly signedAt: string;
  readonly scope: CredentialScope;
}

/** Whether `signature` is the one that `key` makes; the time it takes does not tell how much of it is right. */
export function verifySignature(signature: string, parts: SignedParts, key: Uint8Array): boolean {
  const { signedAt, scope } = parts;
  const hash = createHash('sha256').update(canonicalRequest(parts), 'latin1').digest('hex');
  const stringToSign = [ALGORITHM, signedAt, formatScope(scope), hash].join('\n');
  const right = createHmac('sha256', key).update(stringToSign, 'latin1').digest('hex');
  const [a, b] = [Buffer.from(signature, 'latin1'), Buffer.from(right, 'latin1')];
  return a.length === b.length && timingSafeEqual(a, b);
}
