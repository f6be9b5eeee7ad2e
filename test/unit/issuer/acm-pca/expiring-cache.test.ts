import { describe, expect, it, vi } from 'vitest';
import { createExpiringCache } from '../../../../src/issuer/acm-pca/expiring-cache.ts';

function world(capacity = 3) {
  const time = { now: 1_000 };
  const cache = createExpiringCache<string>(() => time.now, capacity);
  const load = vi.fn((value: string) => Promise.resolve({ value, expiresAt: time.now + 100 }));
  const get = (key: string, value = key) => cache.get(key, () => load(value));
  return { time, cache, load, get };
}

describe('createExpiringCache', () => {
  it('keeps a value until it expires', async () => {
    const { time, load, get } = world();
    expect(await get('a', 'one')).toBe('one');
    time.now += 99;
    expect(await get('a', 'two')).toBe('one');
    time.now += 1;
    expect(await get('a', 'two')).toBe('two');
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('drops a value from the future, as after the clock was set back', async () => {
    const { time, get } = world();
    await get('a', 'one');
    time.now += 50;
    await get('a', 'two');
    time.now -= 51;
    expect(await get('a', 'three')).toBe('three');
  });

  it('shares one load between concurrent calls', async () => {
    const { load, get } = world();
    expect(await Promise.all([get('a', 'one'), get('a', 'two'), get('b')])).toEqual([
      'one',
      'one',
      'b',
    ]);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('passes a failure to all waiting calls and does not cache it', async () => {
    const { cache, get } = world();
    const failing = vi.fn(() => Promise.reject(new Error('no')));
    const both = await Promise.allSettled([cache.get('a', failing), cache.get('a', failing)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(failing).toHaveBeenCalledTimes(1);
    expect(await get('a')).toBe('a');
  });

  it('does not keep a value that is forgotten during its load, nor lets it replace a later load', async () => {
    const { cache, get, load } = world();
    let finish: (dated: { value: string; expiresAt: number }) => void = () => undefined;
    const old = cache.get('a', () => new Promise((resolve) => (finish = resolve)));
    cache.forget('a');
    expect(await get('a', 'new')).toBe('new');
    finish({ value: 'old', expiresAt: 1_000_000 });
    expect(await old).toBe('old');
    expect(await get('a', 'other')).toBe('new');
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('drops the least recently used value first', async () => {
    const { load, get } = world(2);
    await get('a');
    await get('b');
    await get('a');
    await get('c');
    load.mockClear();
    await get('a');
    await get('c');
    expect(load).not.toHaveBeenCalled();
    await get('b');
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('drops the oldest values beyond the capacity, and keeps none that alone exceeds it', async () => {
    const weigh = vi.fn(({ length }: string) => length);
    const cache = createExpiringCache<string>(() => 0, 10, weigh);
    const load = vi.fn();
    const get = (key: string, value: string) =>
      cache.get(key, async () => {
        load(key);
        return { value, expiresAt: 1 };
      });
    await get('a', '4444');
    await get('b', '666666');
    await get('c', '1');
    load.mockClear();
    await get('b', '666666');
    await get('c', '1');
    expect(load).not.toHaveBeenCalled();
    await get('a', '4444');
    expect(load.mock.calls).toEqual([['a']]);
    cache.forget('a');
    await get('b', '666666');
    await get('c', '1');
    expect(load.mock.calls).toEqual([['a'], ['b']]);
    expect(await get('d', '11 11 11 11')).toHaveLength(11);
    await get('d', '');
    expect(load.mock.calls.slice(2)).toEqual([['d'], ['d']]);
  });
});
