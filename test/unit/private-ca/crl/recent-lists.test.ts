import { expect, it } from 'vitest';
import { createRecentLists } from '../../../../src/private-ca/crl/recent-lists.ts';

const list = (octets: number) => ({
  wanted: '',
  list: Promise.resolve({ crl: Buffer.alloc(octets), crlNumber: 1, issuedAt: 0, covers: 0 }),
  settled: undefined,
});

it('the oldest CRLs make room, and one that is too long is not kept', async () => {
  const lists = createRecentLists(10);
  const keep = async (name: string, recent: ReturnType<typeof list>) => {
    lists.keep(name, recent);
    expect(lists.get(name)).toBe(recent);
    await recent.list;
  };
  const kept = () => ['a', 'b', 'c'].filter((name) => lists.get(name));
  await keep('a', list(4));
  await keep('b', list(4));
  const again = list(5);
  await keep('a', again);
  expect(lists.get('a')).toBe(again);
  expect(lists.get('b')).toBeDefined();
  await keep('c', list(4));
  expect(kept()).toEqual(['a', 'c']);
  await keep('a', list(11));
  expect(kept()).toEqual(['c']);
  await keep('b', list(6));
  expect(kept()).toEqual(['b', 'c']);
});

it('one that another has replaced before it came does not count, nor one that never came', async () => {
  const lists = createRecentLists(10);
  const [late, failing] = [list(9), { ...list(0), list: Promise.reject(new Error('away')) }];
  lists.keep('a', late);
  lists.keep('a', list(4));
  lists.keep('b', failing);
  lists.keep('c', list(6));
  await Promise.allSettled([late.list, failing.list]);
  expect(['a', 'b', 'c'].filter((name) => lists.get(name))).toEqual(['a', 'b', 'c']);
});
