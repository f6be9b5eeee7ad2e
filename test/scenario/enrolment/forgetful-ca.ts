import { MINUTE_MS } from '../../../src/durations.ts';
import { type CertificateWithChain, type Issuer, IssuerError } from '../../../src/issuer/issuer.ts';

/**
 * What happens to one IssueCertificate call. With `lost` the CA issues, and the caller does not
 * learn of it; with `killed-after` the CA issues, and the caller dies. `dropped` and
 * `killed-before` are the same without an issued certificate. With the others but `answered` the
 * CA answers that it did nothing.
 */
export const ISSUE_FATES = [
  'answered',
  'lost',
  'dropped',
  'killed-before',
  'killed-after',
  'throttled',
  'unavailable',
  'not-active',
] as const;
export type IssueFate = (typeof ISSUE_FATES)[number];

/** A CA that knows an idempotency token for exactly five minutes; tests set its answers. */
export interface ForgetfulCa {
  readonly issuer: Issuer;
  /** The token of each certificate. */
  readonly issued: readonly string[];
  readonly calls: () => number;
  /** Sets the fates of the next calls, in order; later calls are answered. */
  setFates(fates: readonly IssueFate[]): void;
}

const TOKEN_LIFETIME_MS = 5 * MINUTE_MS;

export function forgetfulCa(certificate: Uint8Array, clock: () => number): ForgetfulCa {
  const tokens = new Map<string, { readonly arn: string; readonly issuedAt: number }>();
  const issued: string[] = [];
  let calls = 0;
  let fates: readonly IssueFate[] = [];

  const take = (token: string): string => {
    const known = tokens.get(token);
    if (known && clock() - known.issuedAt < TOKEN_LIFETIME_MS) return known.arn;
    issued.push(token);
    const arn = `certificate-${issued.length}`;
    tokens.set(token, { arn, issuedAt: clock() });
    return arn;
  };
  const meet = (fate: IssueFate, token: string): string => {
    switch (fate) {
      case 'answered':
        return take(token);
      case 'lost':
        take(token);
        throw new IssuerError('unanswered', 'the answer was lost');
      case 'dropped':
        throw new IssuerError('unanswered', 'the request was lost');
      case 'killed-after':
        take(token);
        throw new Error('killed');
      case 'killed-before':
        throw new Error('killed');
      default:
        throw new IssuerError(fate, `the CA is ${fate}`);
    }
  };
  return {
    issued,
    calls: () => calls,
    setFates(next) {
      fates = next;
    },
    issuer: {
      issueCertificate: async ({ idempotencyToken }) => {
        calls += 1;
        const [fate = 'answered', ...later] = fates;
        fates = later;
        return meet(fate, idempotencyToken);
      },
      getCertificate: async (): Promise<CertificateWithChain> => ({ certificate, chain: [] }),
      describeAuthority: () => Promise.reject(new Error('not asked here')),
      revocationReasonOf: () => Promise.resolve(undefined),
      getRevocationList: () => Promise.resolve(undefined),
    },
  };
}
