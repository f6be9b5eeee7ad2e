import type { KeyObject } from 'node:crypto';
import type { Policy } from './policy/policy.ts';

/** An access key: whom it stands for, and what they may do. Secrets are key objects, which neither JSON nor a log shows. */
export interface Credential {
  readonly accessKeyId: string;
  /** Made by `createSecretKey(text, 'utf8')`, as is the token. */
  readonly secretAccessKey: KeyObject;
  /** Of a temporary credential, whose every request must carry it. */
  readonly sessionToken?: KeyObject | undefined;
  /** Milliseconds since the epoch; from that moment on the credential is refused. */
  readonly sessionExpiresAt?: number | undefined;
  /** Twelve digits. */
  readonly accountId: string;
  readonly userName: string;
  /** Absent: every right in its own account. */
  readonly policy?: Policy | undefined;
}

export type FindCredential = (accessKeyId: string) => Credential | undefined;
