import type { IssuerError, IssuerFault } from '../issuer/issuer.ts';
import type { RefusalReason } from '../scep/refusal.ts';
import { Refusal } from '../scep/refusal.ts';

/** Faults of the CA that a retry will not mend. The others are answered by HTTP 503, and the client tries again. */
const REASONS: Readonly<Record<IssuerFault, RefusalReason | undefined>> = {
  'invalid-request': 'authority-refused',
  'not-active': 'authority-not-active',
  'not-found': 'authority-not-active',
  'access-denied': 'authority-not-active',
  throttled: undefined,
  unavailable: undefined,
};

export function refusalOfIssuerError({ fault }: IssuerError): Refusal | undefined {
  const reason = REASONS[fault];
  return reason && new Refusal(reason);
}
