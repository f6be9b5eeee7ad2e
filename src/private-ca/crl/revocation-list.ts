import { type Entry, getEntry } from '../../store/collection.ts';
import { StoreUnavailableError } from '../../store/record-store.ts';
import { statusAllows } from '../authority/authority-status.ts';
import { KeyStoreError } from '../keys/key-store.ts';
import type { PrivateCa } from '../private-ca.ts';
import { type AuthorityRecord, authorityPartition } from '../records/authority-record.ts';
import { readDistributionPoints } from '../revocation/distribution-points.ts';
import {
  DEFAULT_LIST_LIFE,
  type RevocationListRecord,
  revocationLists,
} from '../revocation/revocation-record.ts';
import { planRevocationList, type RevocationListPlan } from './plan-revocation-list.ts';
import {
  publishRevocationList,
  REVOCATION_LIST_BACKDATING,
  readRevocationListMark,
} from './publish-revocation-list.ts';

/**
 * The authority's complete CRL, or that of a partition. It names every certificate whose revocation was answered before the call; a
 * new one is signed when something was revoked since the last or that is half way to its nextUpdate. An authority without a
 * valid certificate signs none: then the last one, or undefined. While the key is away, or the store takes nothing, the last one is given,
 * until its nextUpdate, when nothing was revoked since. There is none of a partition that no certificate names, in a process that does
 * not know where CRLs are served.
 * @param partition two lower-case hexadecimal digits
 */
export async function revocationListOf(
  ca: PrivateCa,
  authority: AuthorityRecord,
  partition?: string,
): Promise<RevocationListRecord | undefined> {
  const wanted = await wantedList(ca, authority, partition);
  return wanted && publishedList(ca, wanted);
}

/** What a CRL has to be to be given. */
export interface WantedList {
  readonly plan: RevocationListPlan;
  /** The version that it has to cover, as the store said when it was asked. */
  readonly needed: number;
}

/** As `revocationListOf`, undefined when there can be none. */
export async function wantedList(
  ca: PrivateCa,
  authority: AuthorityRecord,
  partition?: string,
): Promise<WantedList | undefined> {
  const points = partition === undefined ? [] : await readDistributionPoints(ca, authority.id);
  const plan = planRevocationList(ca, authority, points, partition);
  return plan && { plan, needed: await readRevocationListMark(ca, plan) };
}

/** The CRL in the store when it is what is wanted, otherwise a new one, as `revocationListOf`. */
export async function publishedList(
  ca: PrivateCa,
  { plan, needed }: WantedList,
): Promise<RevocationListRecord | undefined> {
  const { authority } = plan;
  for (;;) {
    const published = await getEntry(
      ca.store,
      authorityPartition(authority.id),
      revocationLists,
      plan.key,
    );
    const now = ca.clock();
    if (
      isCurrent(published?.value, plan, needed, now) ||
      !statusAllows(authority, 'signRevocationStatus', now)
    ) {
      return published?.value;
    }
    try {
      await publishOnce(ca, plan, published);
    } catch (error) {
      // It was to be replaced early: there is time until the key is back, or the store takes what was signed.
      const last = published?.value;
      const isGood = isTrue(last, plan, needed) && !isOver(last, now);
      const isAway = error instanceof KeyStoreError || error instanceof StoreUnavailableError;
      if (!isGood || !isAway) throw error;
      return published?.value;
    }
  }
}

/** Whether a CRL, or what is noted of it, is what the plan says, covers what is needed, and is young enough. */
export function isCurrent(
  list: NotedList | undefined,
  plan: RevocationListPlan,
  needed: number,
  now: number,
): boolean {
  if (!isTrue(list, plan, needed)) return false;
  // Before thisUpdate only when the clock was wrong then: such a CRL would be refused until the clock gets there.
  const isDated = list.issuedAt - REVOCATION_LIST_BACKDATING <= now;
  const isYoung = now < list.issuedAt + plan.life / 2;
  return isDated && isYoung && lifeOf(list) === plan.life;
}

type NotedList = Omit<RevocationListRecord, 'crl'>;

/** Whether a CRL is what the plan says, and covers what is needed. */
function isTrue(
  list: NotedList | undefined,
  { urls, signedAs }: RevocationListPlan,
  needed: number,
): list is NotedList {
  if (list === undefined || list.covers < needed) return false;
  if (urls.join(' ') !== (list.urls ?? []).join(' ')) return false;
  return list.signedAs === undefined || list.signedAs === signedAs;
}

/** Whether its nextUpdate has come. */
function isOver(list: NotedList, now: number): boolean {
  return now >= list.issuedAt + lifeOf(list);
}

function lifeOf({ life }: NotedList): number {
  return life ?? DEFAULT_LIST_LIFE;
}

/** Joins the build that is under way in this process, which the caller has to check: it may have begun too early. */
async function publishOnce(
  ca: PrivateCa,
  plan: RevocationListPlan,
  previous: Entry<RevocationListRecord> | undefined,
): Promise<void> {
  const name = `${plan.authority.id}/${plan.key}`;
  const underWay = ca.revocationListBuilds.get(name);
  if (underWay !== undefined) return underWay;
  const build = publishRevocationList(ca, plan, previous);
  ca.revocationListBuilds.set(name, build);
  try {
    await build;
  } finally {
    ca.revocationListBuilds.delete(name);
  }
}
