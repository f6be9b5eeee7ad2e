import type { AuthorityRecord } from './authority-record.ts';
import { readDistributionPoints } from './distribution-points.ts';
import { planRevocationList } from './plan-revocation-list.ts';
import type { PrivateCa } from './private-ca.ts';
import { readRevocationListMark } from './publish-revocation-list.ts';
import { isCurrent, revocationListOf } from './revocation-list.ts';
import type { RevocationListRecord } from './revocation-record.ts';

/**
 * As `revocationListOf`, for whoever may ask without end: the CRL of the last answer, as long as it is current by what the store says,
 * so that a long one is not read again for each.
 * @param partition two lower-case hexadecimal digits
 */
export async function recentRevocationList(
  ca: PrivateCa,
  authority: AuthorityRecord,
  partition?: string,
): Promise<RevocationListRecord | undefined> {
  const points = partition === undefined ? [] : await readDistributionPoints(ca, authority.id);
  const plan = planRevocationList(ca, authority, points, partition);
  if (plan === undefined) return undefined;
  const name = `${authority.id}/${plan.key}`;
  const needed = await readRevocationListMark(ca, plan);
  const recent = ca.recentLists.get(name);
  if (isCurrent(recent, plan, needed, ca.clock())) return recent;
  const list = await revocationListOf(ca, authority, partition);
  if (list !== undefined) ca.recentLists.keep(name, list);
  return list;
}
