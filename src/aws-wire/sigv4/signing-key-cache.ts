import { createHmac } from 'node:crypto';
import type { Credential } from '../credential.ts';
import type { CredentialScope } from './parse-authorization.ts';

export type SigningKeyCache = (credential: Credential, scope: CredentialScope) => Uint8Array;

/**
 * A client uses one scope a day for each region and service. The limit keeps invented scopes from
 * filling the memory.
 */
const SCOPES_KEPT = 64;

/**
 * Derives signing keys and keeps the newest ones of each credential, as long as the credential
 * object itself exists.
 */
export function createSigningKeyCache(): SigningKeyCache {
  const keptOf = new WeakMap<Credential, Map<string, Uint8Array>>();
  return (credential, scope) => {
    const kept = keptOf.get(credential) ?? new Map<string, Uint8Array>();
    keptOf.set(credential, kept);
    const name = formatScope(scope);
    const key = kept.get(name) ?? deriveSigningKey(credential, scope);
    kept.set(name, key);
    const [oldest = name] = kept.keys();
    if (kept.size > SCOPES_KEPT) kept.delete(oldest);
    return key;
  };
}

/** For example 20261122/us-east-1/acm-pca/aws4_request. */
export function formatScope({ date, region, service, terminator }: CredentialScope): string {
  return [date, region, service, terminator].join('/');
}

/** IAM User Guide, "Create a signed AWS API request", step 4. */
function deriveSigningKey({ secretAccessKey }: Credential, scope: CredentialScope): Uint8Array {
  const secret = Buffer.concat([Buffer.from('AWS4'), secretAccessKey.export()]);
  const { date, region, service, terminator } = scope;
  return [date, region, service, terminator].reduce<Uint8Array>(hmac, secret);
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text, 'latin1').digest();
}
