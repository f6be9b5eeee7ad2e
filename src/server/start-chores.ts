import { renewRaIdentities } from '../connectors/ra/renew-ra-identity.ts';
import { resumeConnectors } from '../connectors/unfinished-connectors.ts';
import { warnOfAllCertificates } from '../connectors/warn-of-certificates.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../durations.ts';
import { resumeTransactions } from '../enrolment/transaction/unfinished-transactions.ts';
import type { Logger } from '../observability/logger.ts';
import { destroyDeletedKeys } from '../private-ca/authority/destroy-deleted-keys.ts';
import { sweepDeletedAuthorities } from '../private-ca/authority/sweep-deleted-authorities.ts';
import {
  createSyncCrlsToBuckets,
  type ReportCrlSync,
} from '../private-ca/crl/sync-crls-to-buckets.ts';
import type { CaContext } from '../private-ca/model/ca-context.ts';
import type { Wired } from '../wire.ts';
import { withDelayedClock } from './delayed-clock.ts';
import { leadChore } from './lead-chore.ts';
import { type Chore, startChore } from './start-chore.ts';

/**
 * Starts the recurring chores. Apart from the one that clears this process's memory, one process
 * does them for all processes on the store (docs/adr/0018-leases-and-fencing.md).
 * @param unlocked from `unlockStore`; the chores wait for it
 */
export function startChores(wired: Wired, unlocked: Promise<boolean>, logger: Logger): Chore[] {
  const { privateCa } = wired;
  const mayRun = unlocked.catch(() => false);
  const everywhere = (everyMs: number, name: string, work: () => Promise<unknown>) =>
    startChore(name, everyMs, logger, async () => (await mayRun) && work());
  const every = (everyMs: number, name: string, work: () => Promise<unknown>): Chore => {
    const led = leadChore(wired, name, { everyMs, work });
    const chore = everywhere(everyMs, name, led.run);
    return { stop: () => chore.stop().then(led.release) };
  };
  const { tokenKeys, buckets } = privateCa;
  const destructive = (work: (ca: CaContext) => Promise<unknown>) =>
    withDelayedClock(privateCa.clock, (clock) => work({ ...privateCa, clock }));
  const destroyKeys = (ca: CaContext) => destroyDeletedKeys(ca, tokenKeys);
  const syncCrlsToBuckets =
    buckets && createSyncCrlsToBuckets({ ...privateCa, buckets }, reportBucket(logger));
  return [
    everywhere(HOUR_MS, 'keys in memory', () => privateCa.signingKeys.forgetDeleted()),
    every(HOUR_MS, 'keys of deleted CAs', destructive(destroyKeys)),
    every(HOUR_MS, 'leftovers of deleted CAs', destructive(sweepDeletedAuthorities)),
    every(15 * SECOND_MS, 'CRLs into buckets', async () => syncCrlsToBuckets?.()),
    every(15 * MINUTE_MS, 'RA renewal', () => renewRaIdentities(wired)),
    every(HOUR_MS, 'certificates of connectors', () => warnOfAllCertificates(wired)),
    every(2 * SECOND_MS, 'unfinished connectors', () => resumeConnectors(wired)),
    every(2 * SECOND_MS, 'unfinished transactions', () => resumeTransactions(wired.enrolment)),
  ];
}

function reportBucket(logger: Logger): ReportCrlSync {
  return (authorityArn, bucket, err) =>
    logger.error(
      { authorityArn, bucket, err },
      'a CRL could not be put into its bucket; it will be tried again, in 15 minutes if S3 has failed',
    );
}
