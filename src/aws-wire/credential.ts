import type { KeyObject } from 'node:crypto';
import type { Policy } from './policy/policy.ts';

/**
 * An access key, its user, and what the user may do. Secrets are key objects, so neither JSON nor a
 * log shows them.
 */
export interface Credential {
  readonly accessKeyId: string;
  /** Made by `createSecretKey(text, 'utf8')`, like the token. */
  readonly secretAccessKey: KeyObject;
  /** Of a temporary credential: each of its requests must contain the token. */
  readonly sessionToken?: KeyObject | undefined;
  /** Milliseconds since the epoch; the credential is refused from then on. */
  readonly sessionExpiresAt?: number | undefined;
  /** Twelve digits. */
  readonly accountId: string;
  readonly userName: string;
  /** Absent: all rights in its own account. */
  readonly policy?: Policy | undefined;
}

export type FindCredential = (accessKeyId: string) => Credential | undefined;
