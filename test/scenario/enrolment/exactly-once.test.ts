import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectorPartition } from '../../../src/connectors/connector-record.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../../src/durations.ts';
import { advanceTransaction } from '../../../src/enrolment/transaction/advance-transaction.ts';
import type {
  Timer,
  TransactionDependencies,
} from '../../../src/enrolment/transaction/open-transaction.ts';
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
import { sampleConnector } from '../../support/servers/sample-connector.ts';
import { forgetfulCa, ISSUE_FATES, type IssueFate } from './forgetful-ca.ts';

const START = Date.parse('2026-06-01T00:00:00Z');
const KEY = 'the-request';
const connector = sampleConnector();
const REFERENCE = { connector, key: KEY };
const partition = connectorPartition(connector.id);
const certificate = sampleCertificate(ecKeyPair());
const sealer = createSealer(randomBytes(32));

/** One request at one CA, the replicas that handle it, and their clock. */
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

/** Starts the transaction when there is none, and moves it as far as it goes without waiting. */
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
    notAfter: startedAt + DAY_MS,
    asked: { since: startedAt },
    startedAt,
    ...changes,
  };
  const options = { condition: 'absent', expiresAt: startedAt + 7 * DAY_MS } as const;
  const write = putEntry(transactions, KEY, transaction, options);
  const { outcome } = await deps.store.commit(partition, [write]);
  const first = outcome === 'committed' ? startedAt : undefined;
  return advanceTransaction(deps, REFERENCE, { waitMs: 0, askingSince: first });
}

const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof Refusal ? error.reason : String(error)),
  );

/** A timer whose pauses end at once. `pass` lets time go by outside of the pauses. */
function virtualTimer() {
  let now = 0;
  const pauses: number[] = [];
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  const pause = async (milliseconds: number) => {
    pauses.push(milliseconds);
    pass(milliseconds);
  };
  const timer: Timer = { now: () => now, pause };
  return { timer, pauses, pass };
}

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

it('a device does not wait longer for a CA that is slow to answer', async () => {
  const { timer, pauses, pass } = virtualTimer();
  let questions = 0;
  const slow = {
    ...world.ca.issuer,
    issueCertificate: () => {
      questions += 1;
      pass(300);
      return Promise.reject(new IssuerError('unanswered', 'the answer was lost'));
    },
  };
  const deps = world.replica({ issuer: slow, timer });
  await handle(deps);
  questions = 0;
  expect(await advanceTransaction(deps, REFERENCE, { waitMs: 400 })).toMatchObject({
    state: 'issuing',
  });
  // Without the time that the CA took, there would be time for two more pauses and questions.
  expect(questions).toBe(2);
  expect(pauses).toHaveLength(1);
});

it('only as many requests wait for a CA as there are seats, and each seat becomes free again', async () => {
  world.ca.setFates(Array.from({ length: 50 }, () => 'unavailable'));
  const waitingRoom = createWaitingRoom(1);
  const { timer, pauses } = virtualTimer();
  const deps = world.replica({ waitingRoom, timer });
  await handle(deps);
  expect(waitingRoom.take()).toBe(true);
  expect(await advanceTransaction(deps, REFERENCE, { waitMs: 20_000 })).toMatchObject({
    state: 'issuing',
  });
  expect(pauses).toEqual([]);
  waitingRoom.giveBack();
  await advanceTransaction(deps, REFERENCE, { waitMs: 100 });
  expect(pauses).toHaveLength(1);
  expect([waitingRoom.take(), waitingRoom.take()]).toEqual([true, false]);
});

describe('a CA that says it did nothing', () => {
  it('is asked again after hours of outage, and issues once', async () => {
    world.ca.setFates(['throttled', 'unavailable', 'throttled', 'unavailable']);
    for (let i = 0; i < 4; i += 1) {
      expect(await handle(world.replica())).toMatchObject({ state: 'issuing' });
      expect(await world.read()).not.toHaveProperty('asked');
      world.pass(7 * 60 * MINUTE_MS);
    }
    expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
    expect(world.ca.issued).toHaveLength(1);
    expect(world.reports).toEqual([]);
  });

  it('costs two commits each time, while a CA that issues at once costs three in all', async () => {
    const counted = counting(world.store);
    const deps = world.replica({ store: counted.store });
    world.ca.setFates(['throttled', 'throttled']);
    await handle(deps);
    expect(counted.commits).toBe(2);
    counted.commits = 0;
    await advanceTransaction(deps, REFERENCE, { waitMs: 0 });
    expect(counted.commits).toBe(2);
    const other = makeWorld();
    const usual = counting(other.store);
    await handle(other.replica({ store: usual.store }));
    expect(usual.commits).toBe(3);
  });

  it('leaves no transaction when it refuses for good, so the same request may be sent again', async () => {
    world.ca.setFates(['not-active']);
    expect(await refusalOf(handle(world.replica()))).toBe('authority-not-active');
    expect(await world.read()).toBeUndefined();
    expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
    expect(world.ca.issued).toHaveLength(1);
  });
});

describe('a CA whose answer is lost', () => {
  it.each(['lost', 'dropped'] as const)(
    'is asked again with the same token within five minutes (%s)',
    async (fate) => {
      world.ca.setFates([fate, fate]);
      await handle(world.replica());
      world.pass(2 * MINUTE_MS);
      await handle(world.replica());
      world.pass(2 * MINUTE_MS);
      expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
      expect(new Set(world.ca.issued).size).toBe(1);
      expect(world.ca.issued).toHaveLength(1);
    },
  );

  it.each(['lost', 'dropped', 'killed-before', 'killed-after'] as const)(
    'makes the server refuse the request for a week and report it once, after five minutes (%s)',
    async (fate) => {
      world.ca.setFates([fate]);
      await handle(world.replica()).catch(() => undefined);
      world.pass(271 * SECOND_MS);
      const calls = world.ca.calls();
      expect(await refusalOf(handle(world.replica()))).toBe('issuing-uncertain');
      for (const passed of [MINUTE_MS, DAY_MS, 5 * DAY_MS]) {
        world.pass(passed);
        const again = await handle(world.replica());
        expect(again).toMatchObject({ state: 'failed', reason: 'issuing-uncertain' });
      }
      expect(world.ca.calls()).toBe(calls);
      expect(world.reports).toEqual([`token-of-${START}`]);
    },
  );

  it('may be asked at once by any replica', async () => {
    world.ca.setFates(['lost']);
    expect(await handle(world.replica())).toMatchObject({ asked: { byMany: true } });
    expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
    expect(world.ca.issued).toHaveLength(1);
  });

  it('stays uncertain when it later says that it did nothing', async () => {
    world.ca.setFates(['lost', 'throttled', 'unavailable']);
    await handle(world.replica());
    world.pass(MINUTE_MS);
    await handle(world.replica());
    await handle(world.replica());
    world.pass(5 * MINUTE_MS);
    expect(await refusalOf(handle(world.replica()))).toBe('issuing-uncertain');
    expect(world.ca.issued).toHaveLength(1);
  });

  it('still issues to the same request after it has refused one in between', async () => {
    world.ca.setFates(['lost', 'not-active']);
    await handle(world.replica());
    world.pass(MINUTE_MS);
    expect(await refusalOf(handle(world.replica()))).toBe('authority-not-active');
    world.pass(MINUTE_MS);
    expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
    expect(world.ca.issued).toHaveLength(1);
  });

  it('makes a client that polls learn of the failure', async () => {
    world.ca.setFates(['dropped']);
    await handle(world.replica(), { waiting: true });
    world.pass(5 * MINUTE_MS);
    expect(await refusalOf(handle(world.replica()))).toBe('issuing-uncertain');
    expect(await handle(world.replica())).toMatchObject({ reason: 'issuing-uncertain' });
  });
});

describe('a replica that asks', () => {
  it('tells the issuer how long it may ask the CA', async () => {
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
    world.pass(4 * MINUTE_MS);
    await handle(world.replica({ issuer }));
    expect(asked).toEqual([START + 270 * SECOND_MS, START + 270 * SECOND_MS]);
  });

  it('is left alone for ten seconds, then others ask in its place', async () => {
    world.ca.setFates(['killed-after']);
    await handle(world.replica()).catch(() => undefined);
    world.pass(9 * SECOND_MS);
    expect(await handle(world.replica())).toMatchObject({ state: 'issuing' });
    expect(world.ca.calls()).toBe(1);
    world.pass(SECOND_MS);
    expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
    expect(world.ca.issued).toHaveLength(1);
  });

  it('stores the ARN of the certificate although the transaction has changed', async () => {
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
    'is refused while the CA is %s, and sent to the same request later',
    async (fault) => {
      const getCertificate = () => Promise.reject(new IssuerError(fault, 'no'));
      const hindered = world.replica({ issuer: { ...world.ca.issuer, getCertificate } });
      expect(await refusalOf(handle(hindered))).toBe('authority-not-active');
      world.pass(3 * DAY_MS);
      expect(await handle(world.replica())).toMatchObject({ state: 'issued' });
      expect(world.ca.issued).toHaveLength(1);
    },
  );

  it('is never requested a second time when the CA could not issue it', async () => {
    const getCertificate = () => Promise.reject(new IssuerError('invalid-request', 'failed'));
    const hindered = world.replica({ issuer: { ...world.ca.issuer, getCertificate } });
    for (let i = 0; i < 3; i += 1) {
      expect(await refusalOf(handle(hindered))).toBe('authority-refused');
      world.pass(2 * DAY_MS);
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
    gap: fc.oneof(fc.nat(15 * SECOND_MS), fc.nat(7 * MINUTE_MS)),
    fates: fc.array(fc.constantFrom(...ISSUE_FATES), { maxLength: 4 }),
    skew: fc.integer({ min: -10 * SECOND_MS, max: 10 * SECOND_MS }),
  });

  /** The store of a replica; the scheduler decides the order of its calls. */
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

  it('never turn one request into two certificates', async () => {
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

  it('get the device its certificate when the CA says each time that it did nothing', async () => {
    // With clocks ten seconds apart, one replica presumes the other dead and shares its turn.
    const harmless = round.map(({ fates, skew, ...rest }) => ({
      ...rest,
      skew: Math.sign(skew) * Math.min(Math.abs(skew), 10 * SECOND_MS - 1),
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
          raced.pass(11 * SECOND_MS);
          expect(await handle(raced.replica())).toMatchObject({ state: 'issued' });
          expect(raced.ca.issued).toHaveLength(1);
          expect(raced.reports).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});
