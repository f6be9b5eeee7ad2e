import type { AuthorityRecord } from './authority-record.ts';
import type { PrivateCa } from './private-ca.ts';
import { isCurrent, publishedList, wantedList } from './revocation-list.ts';
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
  const wanted = await wantedList(ca, authority, partition);
  if (wanted === undefined) return undefined;
  const { plan, needed } = wanted;
  const name = `${authority.id}/${plan.key}`;
  const recent = ca.recentLists.get(name);
  if (isCurrent(recent, plan, needed, ca.clock())) return recent;
  const list = await publishedList(ca, wanted);
  if (list !== undefined) ca.recentLists.keep(name, list);
  return list;
}
