import { renewRaIdentities } from '../connectors/ra/renew-ra-identity.ts';
import { resumeConnectors } from '../connectors/unfinished-connectors.ts';
import { resumeTransactions } from '../enrolment/transaction/unfinished-transactions.ts';
import type { Logger } from '../observability/logger.ts';
import { destroyDeletedKeys } from '../private-ca/authority/destroy-deleted-keys.ts';
import { sweepDeletedAuthorities } from '../private-ca/authority/sweep-deleted-authorities.ts';
import { createListPutter, type PutFailure } from '../private-ca/crl/put-revocation-lists.ts';
import type { PrivateCa } from '../private-ca/private-ca.ts';
import type { Wired } from '../wire.ts';
import { withDelayedClock } from './delayed-clock.ts';
import { leadChore } from './lead-chore.ts';
import { type Chore, startChore } from './start-chore.ts';

const HOUR = 3_600_000;
const QUARTER_HOUR = HOUR / 4;
const QUARTER_MINUTE = 15_000;
const SOON = 2_000;

/**
 * What has to be done again and again. All but the care of this process's own memory is done by one process of all on the store
 * (docs/adr/0018-leases-and-fencing.md).
 * @param unlocked as `unlockStore` gives it: before, there is nothing that they could do
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
  const destructive = (work: (ca: PrivateCa) => Promise<unknown>) =>
    withDelayedClock(privateCa.clock, (clock) => work({ ...privateCa, clock }));
  return [
    everywhere(HOUR, 'keys in memory', () => privateCa.signingKeys.forgetDeleted()),
    every(HOUR, 'keys of deleted CAs', destructive(destroyDeletedKeys)),
    every(HOUR, 'leftovers of deleted CAs', destructive(sweepDeletedAuthorities)),
    every(QUARTER_MINUTE, 'CRLs into buckets', createListPutter(privateCa, reportBucket(logger))),
    every(QUARTER_HOUR, 'RA renewal', () => renewRaIdentities(wired)),
    every(SOON, 'unfinished connectors', () => resumeConnectors(wired)),
    every(SOON, 'unfinished transactions', () => resumeTransactions(wired.enrolment)),
  ];
}

function reportBucket(logger: Logger): PutFailure {
  return (authorityArn, bucket, err) =>
    logger.error(
      { authorityArn, bucket, err },
      'a CRL could not be put into its bucket; it will be tried again, in 15 minutes if S3 has failed',
    );
}
