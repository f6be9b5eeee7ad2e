import { createHash } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { UsageError } from '../../../src/config/usage-error.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { requireMasterKey } from '../../../src/server/require-master-key.ts';
import { unlockStore } from '../../../src/server/unlock-store.ts';
import { StoreUnavailableError } from '../../../src/store/record-store.ts';
import { createSealer } from '../../../src/store/seal.ts';
import { createStoreLock } from '../../../src/store/store-lock.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { interruptible } from '../../support/fakes/interruptible-store.ts';

const sealerOf = (name: string) => createSealer(createHash('sha256').update(name).digest());

async function begun() {
  const store = interruptible(openInMemoryRecordStore(Date.now));
  await requireMasterKey({ store, sealer: sealerOf('right') });
  const lock = createStoreLock();
  const log: string[] = [];
  const logger = createLogger('info', { write: (line) => log.push(line) });
  return { store, lock, guarded: lock.guard(store), log, logger };
}

it('opens the store at once with the right key', async () => {
  const { lock, guarded, logger, log } = await begun();
  const { unlocked } = await unlockStore(lock, sealerOf('right'), logger);
  expect(await unlocked).toBe(true);
  expect(await guarded.get('p', 'c', 'k')).toBeUndefined();
  expect(log).toEqual([]);
});

it('keeps the store locked with a wrong key', async () => {
  const { lock, guarded, logger } = await begun();
  await expect(unlockStore(lock, sealerOf('wrong'), logger)).rejects.toThrow(UsageError);
  await expect(guarded.get('p', 'c', 'k')).rejects.toThrow();
});

it('asks an unavailable store until it answers, and logs that once', async () => {
  const { store, lock, guarded, logger, log } = await begun();
  store.state = 'away';
  const before = store.calls;
  const { unlocked } = await unlockStore(lock, sealerOf('right'), logger);
  await expect.poll(() => store.calls).toBeGreaterThan(before + 2);
  await expect(guarded.get('p', 'c', 'k')).rejects.toThrow();
  store.state = 'there';
  expect(await unlocked).toBe(true);
  expect(await guarded.get('p', 'c', 'k')).toBeUndefined();
  expect(log.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'the store does not answer; until it does, every answer is 503',
    'the store answers',
  ]);
});

it('rejects a wrong key when the store becomes available later', async () => {
  const { store, lock, guarded, logger } = await begun();
  store.state = 'away';
  const { unlocked } = await unlockStore(lock, sealerOf('wrong'), logger);
  store.state = 'there';
  await expect(unlocked).rejects.toThrow(/master key does not open/);
  await expect(guarded.get('p', 'c', 'k')).rejects.toThrow();
});

it('stops at once', async () => {
  const { store, lock, logger } = await begun();
  store.state = 'away';
  const { unlocked, stop } = await unlockStore(lock, sealerOf('right'), logger);
  stop();
  expect(await unlocked).toBe(false);
});

const MARK = ['installation', 'master-key', 'mark'] as const;

it('shuts a store that was emptied while the server runs, until the mark is there again', async () => {
  const { store, lock, guarded, logger, log } = await begun();
  const { check, stop } = await unlockStore(lock, sealerOf('right'), logger);
  onTestFinished(stop);
  await check();
  const [partition, collection, key] = MARK;
  const mark = await store.get(...MARK);
  await store.commit(partition, [{ kind: 'delete', collection, key }]);
  await expect(check()).rejects.toBeInstanceOf(StoreUnavailableError);
  await expect(guarded.commit('p', [])).rejects.toBeInstanceOf(StoreUnavailableError);
  await expect(check()).rejects.toBeInstanceOf(StoreUnavailableError);
  const value = mark?.value ?? '';
  await store.commit(partition, [{ kind: 'put', collection, key, value }]);
  await check();
  expect(await guarded.commit('p', [])).toEqual({ outcome: 'committed' });
  expect(log.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    expect.stringContaining('no longer has the mark of this master key'),
    'the store has the mark of this master key again',
  ]);
});

it('notices an emptied store by itself', async () => {
  const { store, lock, guarded, logger } = await begun();
  const { stop } = await unlockStore(lock, sealerOf('right'), logger);
  onTestFinished(stop);
  const [partition, collection, key] = MARK;
  await store.commit(partition, [{ kind: 'delete', collection, key }]);
  await expect
    .poll(
      () =>
        guarded.get('p', 'c', 'k').then(
          () => 'open',
          () => 'shut',
        ),
      { timeout: 30_000 },
    )
    .toBe('shut');
});

it('says that a store is new', async () => {
  const lock = createStoreLock();
  lock.guard(openInMemoryRecordStore(Date.now));
  const log: string[] = [];
  const logger = createLogger('info', { write: (line) => log.push(line) });
  const { stop } = await unlockStore(lock, sealerOf('right'), logger);
  onTestFinished(stop);
  expect(log).toEqual([expect.stringContaining('the store is empty')]);
});

it('does not open a store again that must not be used', async () => {
  const { store, lock, guarded, logger } = await begun();
  const { check, stop } = await unlockStore(lock, sealerOf('right'), logger);
  onTestFinished(stop);
  lock.close('it evicts records');
  await check();
  await expect(guarded.get('p', 'c', 'k')).rejects.toThrow('it evicts records');
  expect(await store.get('p', 'c', 'k')).toBeUndefined();
});
