import type { Entry } from '../store/collection.ts';
import { getEntry } from '../store/collection.ts';
import type { AuthorityRecord } from './authority-record.ts';
import { AUTHORITY_KEY, authorityPartition, isUnfinished } from './authority-record.ts';
import { statusAllows } from './authority-status.ts';
import { findStoredAuthority } from './find-authority.ts';
import type { PrivateCa } from './private-ca.ts';
import {
  publishRevocationList,
  REVOCATION_LIST_BACKDATING,
  readRevocationListMark,
  revocationListLife,
} from './publish-revocation-list.ts';
import type { RevocationListRecord } from './revocation-record.ts';
import { DEFAULT_LIST_LIFE, revocationLists } from './revocation-record.ts';

/**
 * The authority's complete CRL, DER, as `revocationListOf`.
 * @throws AwsError InvalidArnException, ResourceNotFoundException
 */
export async function currentRevocationList(
  ca: PrivateCa,
  authorityArn: string,
): Promise<Uint8Array | undefined> {
  const { value: authority } = await findStoredAuthority(ca, authorityArn);
  if (isUnfinished(authority)) return undefined;
  return (await revocationListOf(ca, authority))?.crl;
}

/**
 * The authority's complete CRL. It names every certificate whose revocation was answered before the call; a new one is signed when
 * something was revoked since the last or that is half way to its nextUpdate. An authority without a
 * valid certificate signs none: then the last one, or undefined.
 */
export async function revocationListOf(
  ca: PrivateCa,
  authority: AuthorityRecord,
): Promise<RevocationListRecord | undefined> {
  const partition = authorityPartition(authority.id);
  const needed = await readRevocationListMark(ca, authority.id);
  for (;;) {
    const published = await getEntry(ca.store, partition, revocationLists, AUTHORITY_KEY);
    const now = ca.clock();
    if (
      isCurrent(published?.value, authority, needed, now) ||
      !statusAllows(authority, 'signRevocationStatus', now)
    ) {
      return published?.value;
    }
    await publishOnce(ca, authority, published);
  }
}

function isCurrent(
  list: RevocationListRecord | undefined,
  authority: AuthorityRecord,
  needed: number,
  now: number,
): boolean {
  const life = revocationListLife(authority);
  if (list === undefined || list.covers < needed) return false;
  // Before thisUpdate only when the clock was wrong then: such a CRL would be refused until the clock gets there.
  const isDated = list.issuedAt - REVOCATION_LIST_BACKDATING <= now;
  const isYoung = now < list.issuedAt + life / 2;
  return isDated && isYoung && (list.life ?? DEFAULT_LIST_LIFE) === life;
}

/** Joins the build that is under way in this process, which the caller has to check: it may have begun too early. */
async function publishOnce(
  ca: PrivateCa,
  authority: AuthorityRecord,
  previous: Entry<RevocationListRecord> | undefined,
): Promise<void> {
  const underWay = ca.revocationListBuilds.get(authority.id);
  if (underWay !== undefined) return underWay;
  const build = publishRevocationList(ca, authority, previous);
  ca.revocationListBuilds.set(authority.id, build);
  try {
    await build;
  } finally {
    ca.revocationListBuilds.delete(authority.id);
  }
}
