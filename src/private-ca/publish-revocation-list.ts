import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry } from '../store/collection.ts';
import { deleteEntry, getEntry, listEntries, putEntry } from '../store/collection.ts';
import { derSigned } from '../x509/build-certificate.ts';
import { derRevokedCertificate, derTbsCertList } from '../x509/build-crl.ts';
import type { AuthorityRecord } from './authority-record.ts';
import { AUTHORITY_KEY, authorityPartition } from './authority-record.ts';
import type { PrivateCa } from './private-ca.ts';
import { REVOCATION_REASONS } from './revocation-reasons.ts';
import type { RevocationListRecord } from './revocation-record.ts';
import {
  DEFAULT_LIST_LIFE,
  revocationListMarks,
  revocationLists,
  revocations,
} from './revocation-record.ts';

/** AWS dates thisUpdate back, as it does notBefore, for clients whose clocks are slow. Milliseconds. */
export const REVOCATION_LIST_BACKDATING = 3_600_000;

const DAY = 86_400_000;
const PAGE = 1_000;
const MOST_REMOVALS = 1_000;

/** From issuing a CRL to its nextUpdate, as configured, in milliseconds. */
export function revocationListLife({ revocation }: AuthorityRecord): number {
  const days = revocation?.CrlConfiguration?.ExpirationInDays;
  return days === undefined ? DEFAULT_LIST_LIFE : days * DAY;
}

/** The version that a CRL has to cover to be current; 0 when nothing ever made one stale. */
export async function readRevocationListMark(ca: PrivateCa, authorityId: string): Promise<number> {
  const partition = authorityPartition(authorityId);
  const mark = await getEntry(ca.store, partition, revocationListMarks, AUTHORITY_KEY);
  return mark?.version ?? 0;
}

/**
 * Signs the next CRL and stores it, unless another process has stored one since `previous` was read: nothing is published
 * that is not stored, so no two CRLs have one number.
 */
export async function publishRevocationList(
  ca: PrivateCa,
  authority: AuthorityRecord,
  previous: Entry<RevocationListRecord> | undefined,
): Promise<void> {
  const issuedAt = ca.clock();
  const crlNumber = Math.max(issuedAt, (previous?.value.crlNumber ?? 0) + 1);
  const covers = await readRevocationListMark(ca, authority.id);
  const { listed, done } = await readRevocations(ca, authority, previous?.value);
  const life = revocationListLife(authority);
  const fields = { issuedAt, life, crlNumber, revoked: listed };
  const crl = await signRevocationList(ca, authority, fields);
  await ca.store.commit(authorityPartition(authority.id), [
    putEntry(
      revocationLists,
      AUTHORITY_KEY,
      { crl, crlNumber, issuedAt, life, covers },
      { condition: previous === undefined ? 'absent' : { version: previous.version } },
    ),
    ...done.slice(0, MOST_REMOVALS).map((serial) => deleteEntry(revocations, serial)),
  ]);
}

interface Revocations {
  /** Entries of a CRL, DER. */
  readonly listed: readonly Uint8Array[];
  /** Serial numbers of expired certificates that the previous CRL named after they had expired (RFC 5280 section 3.3). */
  readonly done: readonly string[];
}

async function readRevocations(
  ca: PrivateCa,
  authority: AuthorityRecord,
  previous: RevocationListRecord | undefined,
): Promise<Revocations> {
  const listed: Uint8Array[] = [];
  const done: string[] = [];
  const partition = authorityPartition(authority.id);
  let from: { readonly after?: string } = {};
  for (;;) {
    const page = await listEntries(ca.store, partition, revocations, { ...from, limit: PAGE });
    for (const { key, value, version } of page) {
      const wasListed = previous !== undefined && version <= previous.covers;
      if (wasListed && value.notAfter < previous.issuedAt) done.push(key);
      else {
        const revokedAt = new Date(value.revokedAt);
        const reason = REVOCATION_REASONS[value.reason];
        const serialNumber = Buffer.from(key, 'hex');
        listed.push(derRevokedCertificate({ serialNumber, revokedAt, reason }));
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return { listed, done };
    from = { after: last.key };
    // A long list must not keep enrolments waiting.
    await nextTurn();
  }
}

async function signRevocationList(
  ca: PrivateCa,
  { id, installed, signingAlgorithm }: AuthorityRecord,
  list: {
    readonly issuedAt: number;
    readonly life: number;
    readonly crlNumber: number;
    readonly revoked: readonly Uint8Array[];
  },
): Promise<Uint8Array> {
  if (installed === undefined) throw new Error('an authority signs no CRL before its certificate');
  const tbs = derTbsCertList({
    signingAlgorithm,
    issuer: installed.subject,
    issuerKeyIdentifier: installed.keyIdentifier,
    thisUpdate: new Date(list.issuedAt - REVOCATION_LIST_BACKDATING),
    nextUpdate: new Date(list.issuedAt + list.life),
    crlNumber: list.crlNumber,
    revoked: list.revoked,
  });
  const key = await ca.signingKeys.get(id);
  return derSigned(tbs, signingAlgorithm, await key.sign(signingAlgorithm, tbs));
}
