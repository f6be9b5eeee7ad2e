import { setImmediate as nextTurn } from 'node:timers/promises';
import { deleteEntry, type Entry, listEntries, putEntry } from '../../store/collection.ts';
import { derRevokedCertificate } from '../../x509/build-crl.ts';
import type { SigningContext } from '../keys/ca-signing-keys.ts';
import type { CaContext } from '../model/ca-context.ts';
import { REVOCATION_REASONS } from '../model/revocation-reasons.ts';
import { authorityPartition } from '../records/authority-record.ts';
import { requireInstalled } from '../records/installed-certificate.ts';
import {
  type CrlRecord,
  crlMarks,
  publishedCrls,
  revocations,
} from '../revocation/revocation-record.ts';
import type { CrlPlan } from './plan-crl.ts';
import { signCrl } from './sign-crl.ts';

const PAGE = 1_000;
const MOST_REMOVALS = 1_000;

/**
 * The version that a current CRL has to cover; 0 when nothing has ever made a CRL stale. The value
 * of the mark does not matter.
 */
export async function readCrlMark(
  { store }: CaContext,
  { authority, key }: CrlPlan,
): Promise<number> {
  const mark = await store.get(authorityPartition(authority.id), crlMarks.name, key);
  return mark?.version ?? 0;
}

/**
 * Signs the next CRL and stores it, unless another process has stored one since `previous` was
 * read. A CRL is published only once it is stored, so no two CRLs have the same number.
 */
export async function publishCrl(
  ca: SigningContext,
  plan: CrlPlan,
  previous: Entry<CrlRecord> | undefined,
): Promise<void> {
  // The key comes first: without it, reading all revocations would be wasted.
  const key = await ca.signingKeys.get(plan.authority.id);
  const { serialNumber } = requireInstalled(plan.authority);
  const issuedAt = ca.clock();
  const next = (previous?.value.crlNumber ?? 0n) + 1n;
  const crlNumber = next > issuedAt ? next : BigInt(issuedAt);
  const covers = await readCrlMark(ca, plan);
  const { listed, done } = await readRevocations(ca, plan, previous?.value, issuedAt);
  const crl = await signCrl(key, plan, { issuedAt, crlNumber, revoked: listed });
  await ca.store.commit(authorityPartition(plan.authority.id), [
    putEntry(
      publishedCrls,
      plan.key,
      {
        crl,
        crlNumber,
        issuedAt,
        lifeMs: plan.lifeMs,
        covers,
        urls: plan.urls,
        signedAs: serialNumber,
      },
      { condition: previous === undefined ? 'absent' : { version: previous.version } },
    ),
    ...done.slice(0, MOST_REMOVALS).map((serial) => deleteEntry(revocations, serial)),
  ]);
}

interface Revocations {
  /** CRL entries, DER. */
  readonly listed: readonly Uint8Array[];
  /** Serial numbers of expired certificates whose revocations may be deleted. */
  readonly done: readonly string[];
}

/**
 * Leaves out an expired certificate once a CRL has named it after its end (RFC 5280 section 3.3).
 * The previous CRL may bear the date of a clock that was ahead, so the earlier of both dates
 * counts.
 */
async function readRevocations(
  ca: CaContext,
  plan: CrlPlan,
  previous: CrlRecord | undefined,
  issuedAt: number,
): Promise<Revocations> {
  const listed: Uint8Array[] = [];
  const done: string[] = [];
  for await (const { key, value, version } of revocationsOf(ca, plan)) {
    const wasListed = previous !== undefined && version <= previous.covers;
    if (wasListed && value.notAfter < Math.min(previous.issuedAt, issuedAt)) {
      if (plan.isConfigured) done.push(key);
    } else {
      const revokedAt = new Date(value.revokedAt);
      const reason = REVOCATION_REASONS[value.reason];
      const serialNumber = Buffer.from(key, 'hex');
      listed.push(derRevokedCertificate({ serialNumber, revokedAt, reason }));
    }
  }
  return { listed, done };
}

/**
 * The revocations in the partition of the plan. Keys begin with the partition, so they are
 * adjacent.
 */
async function* revocationsOf({ store }: CaContext, plan: CrlPlan) {
  const { authority, partition = '' } = plan;
  let after = partition;
  for (;;) {
    const from = after === '' ? {} : { after };
    const page = await listEntries(store, authorityPartition(authority.id), revocations, {
      ...from,
      limit: PAGE,
    });
    for (const entry of page) {
      if (!entry.key.startsWith(partition)) return;
      yield entry;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.key;
    // Lets enrolments proceed while a long list is read.
    await nextTurn();
  }
}
