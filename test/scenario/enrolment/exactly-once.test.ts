import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectorPartition } from '../../../src/connectors/connector-record.ts';
import { advanceTransaction } from '../../../src/enrolment/transaction/advance-transaction.ts';
import type { TransactionDependencies } from '../../../src/enrolment/transaction/start-transaction.ts';
import {
  type IssuingTransaction,
  type TransactionRecord,
  transactionSealContext,
  transactions,
} from '../../../src/enrolment/transaction/transaction-record.ts';
import { createWaitingRoom } from '../../../src/enrolment/transaction/waiting-room.ts';
import { type IssueRequest, IssuerError } from '../../../src/issuer/issuer.ts';
import { Refusal } from '../../../src/scep/refusal.ts';
import { getEntry, putEntry } from '../../../src/store/collection.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { createSealer } from '../../../src/store/seal.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { sampleCertificate } from '../../support/keys/sample-certificate.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import { startStopwatch } from '../../support/load/stopwatch.ts';
import { sampleConnector } from '../../support/servers/sample-connector.ts';
import { forgetfulCa, ISSUE_FATES, type IssueFate } from './forgetful-ca.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const START = Date.parse('2026-06-01T00:00:00Z');
const KEY = 'the-request';
const connector = sampleConnector();
const partition = connectorPartition(connector.id);
const certificate = sampleCertificate(ecKeyPair());
const sealer = createSealer(randomBytes(32));

/** One request at a CA with a clock of its own, and what replicas see of them. */
function makeWorld() {
  let now = START;
  const clock = () => now;
  const store = openInMemoryRecordStore(clock);
  const ca = forgetfulCa(certificate, clock);
  const reports: string[] = [];
  return {
    ca,
    store,
    reports,
    clock,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    replica: (changes: Partial<TransactionDependencies> = {}): TransactionDependencies => ({
      ...{ store, sealer, issuer: ca.issuer, clock },
      reportUncertain: ({ idempotencyToken }) => reports.push(idempotencyToken),
      ...changes,
    }),
    read: async () => (await getEntry(store, partition, transactions, KEY))?.value,
  };
}

type World = ReturnType<typeof makeWorld>;

/** What a replica does with the request: starts the transaction when there is none, and takes it as far as it can without waiting. */
async function handle(
  deps: TransactionDependencies,
  changes: Partial<IssuingTransaction> = {},
): Promise<TransactionRecord | undefined> {
  const startedAt = deps.clock();
  const transaction: IssuingTransaction = {
    state: 'issuing',
    signerKeyDigest: 'digest',
    right: { kind: 'challenge', challengeArn: 'arn' },
    idempotencyToken: `token-of-${startedAt}`,
    sealedCsr: sealer.seal(Buffer.from('csr'), transactionSealContext(connector.id, KEY, 'csr')),
    notAfter: startedAt + DAY,
    asked: { since: startedAt },
    startedAt,
    ...changes,
  };
  const options = { condition: 'absent', expiresAt: startedAt + 7 * DAY } as const;
  const write = putEntry(transactions, KEY, transaction, options);
  const { outcome } = await deps.store.commit(partition, [write]);
  const first = outcome === 'committed' ? startedAt : undefined;
  return advanceTransaction(deps, connector, KEY, 0, first);
}

const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof Refusal ? error.reason : String(error)),
  );

/** Counts the commits of a store. */
function counting(store: RecordStore): { readonly store: RecordStore; commits: number } {
  const counted = {
    commits: 0,
    store: {
      ...store,
      commit: (...args: Parameters<RecordStore['commit']>) => {
        counted.commits += 1;
        return store.commit(...args);
      },
    },
  };
  return counted;
}

let world: World;
beforeEach(() => {
  world = makeWorld();
});

it('a CA that hangs keeps the device no longer than one that answers', async () => {
  const hanging = {
    ...world.ca.issuer,
    issueCertificate: async () => {
      await sleep(300);
      throw new IssuerError('unanswered', 'the answer was lost');
    },
  };
  const deps = world.replica({ issuer: hanging });
  await handle(deps);
  const elapsed = startStopwatch();
  expect(await advanceTransaction(deps, connector, KEY, 400)).toMatchObject({ state: 'issuing' });
  expect(elapsed()).toBeLessThan(1_300);
});

it('only as many wait for a CA as there are seats, and each seat is given back', async () => {
  world.ca.setFates(Array.from({ length: 50 }, () => 'unavailable'));
  const waitingRoom = createWaitingRoom(1);
  const deps = world.replica({ waitingRoom });
  await handle(deps);
  expect(waitingRoom.take()).toBe(true);
  const elapsed = startStopwatch();
  expect(await advanceTransaction(deps, connector, KEY, 20_000)).toMatchObject({
    state: 'issuing',
  });
  expect(elapsed()).toBeLessThan(10_000);
  waitingRoom.giveBack();
  await advanceTransaction(deps, connector, KEY, 100);
  expect([waitingRoom.take(), waitingRoom.take()]).toEqual([true, false]);
});

describe('a CA that says it did nothing', () => {
  it('is asked again after an outage of hours, and issues once', async () => {
    world.ca.setFates(['throttled', 'unavailable', 'throttled', 'unavailable']);
    for (let i = 0; i < 4; i += 1) {
      expect(await handle(world.replica())).toMatchObject({ state: 'issuing' });
      expect(await world.read()).not.toHaveProperty('asked');
      world.pass(7 * 60 * MINUTE);
    }
    expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
    expect(world.ca.issued).toHaveLength(1);
    expect(world.reports).toEqual([]);
  });

  it('costs two commits each time, and none in the usual case', async () => {
    const counted = counting(world.store);
    const deps = world.replica({ store: counted.store });
    world.ca.setFates(['throttled', 'throttled']);
    await handle(deps);
    expect(counted.commits).toBe(2);
    counted.commits = 0;
    await advanceTransaction(deps, connector, KEY, 0);
    expect(counted.commits).toBe(2);
    const other = makeWorld();
    const usual = counting(other.store);
    await handle(other.replica({ store: usual.store }));
    expect(usual.commits).toBe(3);
  });

  it('and refuses for good leaves nothing behind, so that the same request may come again', async () => {
    world.ca.setFates(['not-active']);
    expect(await refusalOf(handle(world.replica()))).toBe('authority-not-active');
    expect(await world.read()).toBeUndefined();
    expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
    expect(world.ca.issued).toHaveLength(1);
  });
});

describe('a CA that gives no answer', () => {
  it.each(['lost', 'dropped'] as const)(
    '%s: the same token asks again within five minutes',
    async (fate) => {
      world.ca.setFates([fate, fate]);
      await handle(world.replica());
      world.pass(2 * MINUTE);
      await handle(world.replica());
      world.pass(2 * MINUTE);
      expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
      expect(new Set(world.ca.issued).size).toBe(1);
      expect(world.ca.issued).toHaveLength(1);
    },
  );

  it.each(['lost', 'dropped', 'killed-before', 'killed-after'] as const)(
    '%s, and not heard of in time: refused for a week, and reported once',
    async (fate) => {
      world.ca.setFates([fate]);
      await handle(world.replica()).catch(() => undefined);
      world.pass(271 * SECOND);
      const calls = world.ca.calls();
      expect(await refusalOf(handle(world.replica()))).toBe('issuing-uncertain');
      for (const passed of [MINUTE, DAY, 5 * DAY]) {
        world.pass(passed);
        const again = await handle(world.replica());
        expect(again).toMatchObject({ state: 'failed', reason: 'issuing-uncertain' });
      }
      expect(world.ca.calls()).toBe(calls);
      expect(world.reports).toEqual([`token-of-${START}`]);
    },
  );

  it('the next one may ask at once, at whichever replica', async () => {
    world.ca.setFates(['lost']);
    expect(await handle(world.replica())).toMatchObject({ asked: { byMany: true } });
    expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
    expect(world.ca.issued).toHaveLength(1);
  });

  it('a later “nothing was done” does not unsay it', async () => {
    world.ca.setFates(['lost', 'throttled', 'unavailable']);
    await handle(world.replica());
    world.pass(MINUTE);
    await handle(world.replica());
    await handle(world.replica());
    world.pass(5 * MINUTE);
    expect(await refusalOf(handle(world.replica()))).toBe('issuing-uncertain');
    expect(world.ca.issued).toHaveLength(1);
  });

  it('nor does a refusal: the same request gets the certificate once the CA is back', async () => {
    world.ca.setFates(['lost', 'not-active']);
    await handle(world.replica());
    world.pass(MINUTE);
    expect(await refusalOf(handle(world.replica()))).toBe('authority-not-active');
    world.pass(MINUTE);
    expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
    expect(world.ca.issued).toHaveLength(1);
  });

  it('the client that polls learns of the failure', async () => {
    world.ca.setFates(['dropped']);
    await handle(world.replica(), { waiting: true });
    world.pass(5 * MINUTE);
    expect(await refusalOf(handle(world.replica()))).toBe('issuing-uncertain');
    expect(await handle(world.replica())).toMatchObject({ reason: 'issuing-uncertain' });
  });
});

describe('a replica that asks', () => {
  it('tells the CA’s adapter until when, as it may look up something first', async () => {
    const asked: (number | undefined)[] = [];
    world.ca.setFates(['lost']);
    const issuer = {
      ...world.ca.issuer,
      issueCertificate: (request: IssueRequest) => {
        asked.push(request.askUntil);
        return world.ca.issuer.issueCertificate(request);
      },
    };
    await handle(world.replica({ issuer }));
    world.pass(4 * MINUTE);
    await handle(world.replica({ issuer }));
    expect(asked).toEqual([START + 270 * SECOND, START + 270 * SECOND]);
  });

  it('is left alone for ten seconds, then others ask for it', async () => {
    world.ca.setFates(['killed-after']);
    await handle(world.replica()).catch(() => undefined);
    world.pass(9 * SECOND);
    expect(await handle(world.replica())).toMatchObject({ state: 'issuing' });
    expect(world.ca.calls()).toBe(1);
    world.pass(SECOND);
    expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
    expect(world.ca.issued).toHaveLength(1);
  });

  it('stores what the CA calls the certificate, whatever changed meanwhile', async () => {
    const issueCertificate: typeof world.ca.issuer.issueCertificate = async (request) => {
      const arn = await world.ca.issuer.issueCertificate(request);
      const found = await getEntry(world.store, partition, transactions, KEY);
      if (found?.value.state !== 'issuing') throw new Error('it is there');
      const waiting = { ...found.value, waiting: true };
      await world.store.commit(partition, [putEntry(transactions, KEY, waiting)]);
      return arn;
    };
    const issuer = { ...world.ca.issuer, issueCertificate, getCertificate: async () => undefined };
    const told = await handle(world.replica({ issuer }));
    expect(told).toMatchObject({ certificateArn: 'certificate-1', waiting: true });
  });
});

describe('a certificate that the CA has named', () => {
  it.each(['not-active', 'access-denied', 'not-found'] as const)(
    '%s: refused, and given to the same request once the CA lets go of it',
    async (fault) => {
      const getCertificate = () => Promise.reject(new IssuerError(fault, 'no'));
      const hindered = world.replica({ issuer: { ...world.ca.issuer, getCertificate } });
      expect(await refusalOf(handle(hindered))).toBe('authority-not-active');
      world.pass(3 * DAY);
      expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
      expect(world.ca.issued).toHaveLength(1);
    },
  );

  it('that the CA could not issue after all is never asked for under another name', async () => {
    const getCertificate = () => Promise.reject(new IssuerError('invalid-request', 'failed'));
    const hindered = world.replica({ issuer: { ...world.ca.issuer, getCertificate } });
    for (let i = 0; i < 3; i += 1) {
      expect(await refusalOf(handle(hindered))).toBe('authority-refused');
      world.pass(2 * DAY);
    }
    expect(world.ca.calls()).toBe(1);
  });
});

describe('two replicas that race with faults', () => {
  interface Round {
    readonly gap: number;
    readonly fates: readonly IssueFate[];
    readonly skew: number;
  }
  const round = fc.record<Round>({
    gap: fc.oneof(fc.nat(15 * SECOND), fc.nat(7 * MINUTE)),
    fates: fc.array(fc.constantFrom(...ISSUE_FATES), { maxLength: 4 }),
    skew: fc.integer({ min: -10 * SECOND, max: 10 * SECOND }),
  });

  /** The store of a replica whose calls take their turns as the scheduler has it. */
  function scheduled(store: RecordStore, scheduler: fc.Scheduler): RecordStore {
    return {
      ...store,
      get: scheduler.scheduleFunction((...args) => store.get(...args)),
      commit: scheduler.scheduleFunction((...args) => store.commit(...args)),
    };
  }

  async function race(raced: World, scheduler: fc.Scheduler, rounds: readonly Round[]) {
    for (const { gap, fates, skew } of rounds) {
      raced.pass(gap);
      raced.ca.setFates(fates);
      const store = scheduled(raced.store, scheduler);
      const ask = scheduler.scheduleFunction(raced.ca.issuer.issueCertificate);
      const issuer = { ...raced.ca.issuer, issueCertificate: ask };
      const calls = [0, skew, 0].map((offset) =>
        handle(raced.replica({ store, issuer, clock: () => raced.clock() + offset })),
      );
      await scheduler.waitFor(Promise.allSettled(calls));
    }
  }

  it('one request never becomes two certificates', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(round, { maxLength: 8 }),
        async (scheduler, rounds) => {
          const raced = makeWorld();
          await race(raced, scheduler, rounds);
          expect(raced.ca.issued.length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('when the CA says each time that it did nothing, the device gets its certificate in the end', async () => {
    // With clocks ten seconds apart one takes the other for dead, and nobody may say any more that nothing was done.
    const harmless = round.map(({ fates, skew, ...rest }) => ({
      ...rest,
      skew: Math.sign(skew) * Math.min(Math.abs(skew), 10 * SECOND - 1),
      fates: fates.map((fate) => (fate === 'unavailable' ? fate : 'throttled')),
    }));
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(harmless, { maxLength: 8 }),
        async (scheduler, rounds) => {
          const raced = makeWorld();
          await race(raced, scheduler, rounds);
          raced.ca.setFates([]);
          raced.pass(11 * SECOND);
          expect(await handle(raced.replica())).toMatchObject({ state: 'issued' });
          expect(raced.ca.issued).toHaveLength(1);
          expect(raced.reports).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});
