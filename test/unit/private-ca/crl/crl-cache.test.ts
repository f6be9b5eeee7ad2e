import { expect, it } from 'vitest';
import { createCrlCache } from '../../../../src/private-ca/crl/crl-cache.ts';

const MEMBERS = { crlNumber: 1n, issuedAt: 0, lifeMs: 0, urls: [], signedAs: '01', covers: 0 };

const cached = (octets: number) => ({
  wanted: '',
  crl: Promise.resolve({ ...MEMBERS, crl: Buffer.alloc(octets) }),
  settled: undefined,
});

it('drops the oldest CRLs to make room, and keeps no CRL that is too long', async () => {
  const cache = createCrlCache(10);
  const keep = async (name: string, entry: ReturnType<typeof cached>) => {
    cache.keep(name, entry);
    expect(cache.get(name)).toBe(entry);
    await entry.crl;
  };
  const kept = () => ['a', 'b', 'c'].filter((name) => cache.get(name));
  await keep('a', cached(4));
  await keep('b', cached(4));
  const again = cached(5);
  await keep('a', again);
  expect(cache.get('a')).toBe(again);
  expect(cache.get('b')).toBeDefined();
  await keep('c', cached(4));
  expect(kept()).toEqual(['a', 'c']);
  await keep('a', cached(11));
  expect(kept()).toEqual(['c']);
  await keep('b', cached(6));
  expect(kept()).toEqual(['b', 'c']);
});

it('does not count a CRL that was replaced before it arrived, or that never arrived', async () => {
  const cache = createCrlCache(10);
  const [late, failing] = [cached(9), { ...cached(0), crl: Promise.reject(new Error('away')) }];
  cache.keep('a', late);
  cache.keep('a', cached(4));
  cache.keep('b', failing);
  cache.keep('c', cached(6));
  await Promise.allSettled([late.crl, failing.crl]);
  expect(['a', 'b', 'c'].filter((name) => cache.get(name))).toEqual(['a', 'b', 'c']);
});
