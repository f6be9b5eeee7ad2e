import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../src/durations.ts';
import { defineCollection, deleteEntry, putEntry } from '../../../src/store/collection.ts';
import { keepLease } from '../../../src/store/keep-lease.ts';
import {
  acquireLease,
  endLease,
  type Lease,
  type LeasePlace,
  leaseSchema,
  renewLease,
} from '../../../src/store/lease.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';

const TTL_MS = 10_000;

/** A place for a lease, with a clock that the test sets. */
function makePlace() {
  const time = { now: 1_000_000 };
  const clock = () => time.now;
  const collection = defineCollection('leases', leaseSchema);
  const store = openInMemoryRecordStore(clock);
  const place: LeasePlace = { store, clock, partition: 'leases', collection, key: 'chore' };
  return { place, time, store };
}

async function take(place: LeasePlace, holder: string, ttlMs = TTL_MS): Promise<Lease> {
  const lease = await acquireLease(place, { holder, ttlMs });
  if (lease === undefined) throw new Error(`${holder} got no lease`);
  return lease;
}

describe('a lease', () => {
  it('has one holder until its end, and then another', async () => {
    const { place, time } = makePlace();
    const first = await take(place, 'first');
    expect(first.expiresAt).toBe(time.now + TTL_MS);
    expect(await acquireLease(place, { holder: 'second', ttlMs: TTL_MS })).toBeUndefined();
    time.now += TTL_MS;
    expect((await take(place, 'second')).token).toBeGreaterThan(first.token);
  });

  it('is acquired by one of ten concurrent callers', async () => {
    const { place } = makePlace();
    const asked = Array.from({ length: 10 }, (_, number) =>
      acquireLease(place, { holder: String(number), ttlMs: TTL_MS }),
    );
    expect((await Promise.all(asked)).filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('lasts as long as it is renewed, and its token grows', async () => {
    const { place, time } = makePlace();
    const lease = await take(place, 'first');
    time.now += TTL_MS - 1;
    const renewed = await renewLease(lease, TTL_MS);
    expect(renewed?.token).toBeGreaterThan(lease.token);
    time.now += TTL_MS - 1;
    expect(await acquireLease(place, { holder: 'second', ttlMs: TTL_MS })).toBeUndefined();
  });

  it('cannot be renewed after its end, whether or not another holder has it', async () => {
    const { place, time } = makePlace();
    const lease = await take(place, 'first');
    time.now += TTL_MS;
    expect(await renewLease(lease, TTL_MS)).toBeUndefined();
    await take(place, 'second');
    expect(await renewLease(lease, TTL_MS)).toBeUndefined();
  });

  it('still belongs to its holder when the answer to a renewal was lost', async () => {
    const { place } = makePlace();
    const lease = await take(place, 'first');
    await renewLease(lease, TTL_MS);
    expect(await renewLease(lease, TTL_MS)).toMatchObject({ holder: 'first' });
  });

  it('is taken over when it ends later than any lease can, as after a wrong clock', async () => {
    const { place, time, store } = makePlace();
    const year = 365 * DAY_MS;
    const ahead: LeasePlace = { ...place, clock: () => time.now + year };
    const wrong = await take(ahead, 'ahead');
    const next = await take(place, 'next');
    expect(next.expiresAt).toBe(time.now + TTL_MS);
    expect(await renewLease(wrong, TTL_MS)).toBeUndefined();
    expect((await store.get('leases', 'leases', 'chore'))?.value).toContain('next');
  });

  it('is not taken over when its clock is slightly ahead, or when holders may have it for longer', async () => {
    const { place, time } = makePlace();
    const ahead: LeasePlace = { ...place, clock: () => time.now + 30_000 };
    const first = await take(ahead, 'ahead');
    expect(await acquireLease(place, { holder: 'second', ttlMs: TTL_MS })).toBeUndefined();
    await renewLease(first, HOUR_MS);
    const request = { holder: 'second', ttlMs: TTL_MS, longestMs: HOUR_MS };
    expect(await acquireLease(place, request)).toBeUndefined();
  });

  it('is not acquired when another condition does not hold', async () => {
    const { place, store } = makePlace();
    const other = defineCollection('others', leaseSchema);
    await store.commit('leases', [putEntry(other, 'mark', { holder: 'somebody' })]);
    const conditions = [deleteEntry(other, 'mark', 'absent')];
    expect(
      await acquireLease(place, { holder: 'first', ttlMs: TTL_MS, conditions }),
    ).toBeUndefined();
  });
});

describe('the end of a lease fences a commit', () => {
  const work = defineCollection('work', leaseSchema);

  function finish(lease: Lease, by: string) {
    return lease.store.commit('leases', [endLease(lease), putEntry(work, 'done', { holder: by })]);
  }

  it('and lets it through once while the lease is held', async () => {
    const { place } = makePlace();
    const lease = await take(place, 'first');
    expect(await finish(lease, 'first')).toEqual({ outcome: 'committed' });
    expect(await finish(lease, 'first')).toMatchObject({
      outcome: 'conflict',
      collection: 'leases',
    });
    await take(place, 'second');
  });

  it('and refuses it after another holder had the lease', async () => {
    const { place, time, store } = makePlace();
    const paused = await take(place, 'paused');
    time.now += TTL_MS;
    expect(await finish(paused, 'paused')).toMatchObject({ outcome: 'conflict' });
    const next = await take(place, 'next');
    expect(await finish(paused, 'paused')).toMatchObject({ outcome: 'conflict' });
    expect(await finish(next, 'next')).toEqual({ outcome: 'committed' });
    expect(await finish(paused, 'paused')).toMatchObject({ outcome: 'conflict' });
    expect((await store.get('leases', 'work', 'done'))?.value).toContain('next');
  });
});

describe('a lease that is kept', () => {
  it('is renewed while work takes longer than it lasts, and fences with its last token', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { place: virtual } = makePlace();
    const place = { ...virtual, clock: Date.now, store: openInMemoryRecordStore(Date.now) };
    const lease = await take(place, 'first', 300);
    const kept = keepLease(lease, 300);
    await vi.advanceTimersByTimeAsync(700);
    expect(await acquireLease(place, { holder: 'second', ttlMs: 300 })).toBeUndefined();
    const last = await kept.stop();
    expect(last.token).toBeGreaterThan(lease.token);
    expect(await place.store.commit('leases', [endLease(last)])).toEqual({ outcome: 'committed' });
  });
});
