import { findStoredAuthority } from '../authority/find-authority.ts';
import type { PrivateCa } from '../private-ca.ts';
import { type AuthorityRecord, isUnfinished } from '../records/authority-record.ts';
import type { RevocationListRecord } from '../revocation/revocation-record.ts';
import type { RecentList } from './recent-lists.ts';
import { isCurrent, publishedList, type WantedList, wantedList } from './revocation-list.ts';

/**
 * So long nobody tries again to make a CRL that could not be made: while a key is away, each attempt reads all revocations for
 * nothing. Whoever was refused is told to come back after as many seconds at the latest. Milliseconds.
 */
const PAUSE = 15_000;

/**
 * As `revocationListOf`, for whoever may ask without end: what the last one was given, as long as it is current by what the store says,
 * so that a long CRL is not read again for each. Callers at once share one attempt. What else comes of it, an error or a CRL that should
 * have been replaced, all get for a while.
 * @param partition two lower-case hexadecimal digits
 */
export async function recentRevocationList(
  ca: PrivateCa,
  authority: AuthorityRecord,
  partition?: string,
): Promise<RevocationListRecord | undefined> {
  const wanted = await wantedList(ca, authority, partition);
  if (wanted === undefined) return undefined;
  const name = `${authority.id}/${wanted.plan.key}`;
  const recent = ca.recentLists.get(name);
  return recent && holds(recent, wanted, ca.clock()) ? recent.list : ask(ca, name, wanted);
}

function holds(recent: RecentList, wanted: WantedList, now: number): boolean {
  if (recent.wanted !== inWords(wanted)) return false;
  if (recent.settled === undefined) return true;
  const { list, at } = recent.settled;
  // Before it was asked for when the clock was put back.
  const isYoung = at <= now && now < at + PAUSE;
  return isYoung || isCurrent(list, wanted.plan, wanted.needed, now);
}

async function ask(
  ca: PrivateCa,
  name: string,
  wanted: WantedList,
): Promise<RevocationListRecord | undefined> {
  const asked = publishedList(ca, wanted);
  const recent: RecentList = { wanted: inWords(wanted), list: asked, settled: undefined };
  ca.recentLists.keep(name, recent);
  let list: RevocationListRecord | undefined;
  try {
    list = await asked;
    return list;
  } finally {
    recent.settled = { list, at: ca.clock() };
  }
}

function inWords({ plan, needed }: WantedList): string {
  const { authority, life, urls, signedAs } = plan;
  return JSON.stringify([needed, authority.status, life, urls, signedAs]);
}

/**
 * The authority's complete CRL, DER, as `recentRevocationList`.
 * @throws AwsError InvalidArnException, ResourceNotFoundException
 */
export async function currentRevocationList(
  ca: PrivateCa,
  authorityArn: string,
): Promise<Uint8Array | undefined> {
  const { value: authority } = await findStoredAuthority(ca, authorityArn);
  if (isUnfinished(authority)) return undefined;
  return (await recentRevocationList(ca, authority))?.crl;
}
