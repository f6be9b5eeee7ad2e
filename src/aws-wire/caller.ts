import type { Policy } from './policy/policy.ts';

/** The services that the api listener serves, by their names in SigV4 scopes. */
export const SERVICES = ['acm-pca', 'pca-connector-scep', 'sts'] as const;
export type Service = (typeof SERVICES)[number];

/** Who signed a request, and for which service and region: the result of SigV4. */
export interface Caller {
  /** Twelve digits. */
  readonly accountId: string;
  /** Such as arn:aws:iam::123456789012:user/alice. */
  readonly arn: string;
  readonly accessKeyId: string;
  /** Of the credential scope: the caller sees only resources of this region. */
  readonly region: string;
  readonly service: Service;
  /** Undefined: all rights in its own account. */
  readonly policy: Policy | undefined;
}
