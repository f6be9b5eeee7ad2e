import type { Policy } from './policy/policy.ts';

/** The services whose requests the api listener answers, by the names in SigV4 scopes. */
export const SERVICES = ['acm-pca', 'pca-connector-scep', 'sts'] as const;
export type Service = (typeof SERVICES)[number];

/** Who signed a request, and for what: the outcome of SigV4. */
export interface Caller {
  /** Twelve digits. */
  readonly accountId: string;
  /** Such as arn:aws:iam::123456789012:user/alice. */
  readonly arn: string;
  /** Of the credential scope: the caller sees resources of this region alone. */
  readonly region: string;
  readonly service: Service;
  /** Undefined: every right in its own account. */
  readonly policy: Policy | undefined;
}
