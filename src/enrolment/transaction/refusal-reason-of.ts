import type { IssuerFault } from '../../issuer/issuer.ts';
import type { RefusalReason } from '../../scep/refusal.ts';

const REASONS: Readonly<Record<IssuerFault, RefusalReason | undefined>> = {
  'invalid-request': 'authority-refused',
  'not-active': 'authority-not-active',
  'not-found': 'authority-not-active',
  'access-denied': 'authority-not-active',
  throttled: undefined,
  unavailable: undefined,
  unanswered: undefined,
};

/** What a device is told of a fault of its CA; undefined for a fault that may pass by itself. */
export function refusalReasonOf(fault: IssuerFault): RefusalReason | undefined {
  return REASONS[fault];
}
