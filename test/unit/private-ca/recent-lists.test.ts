import { expect, it } from 'vitest';
import { createRecentLists } from '../../../src/private-ca/recent-lists.ts';

const list = (octets: number) => ({
  crl: Buffer.alloc(octets),
  crlNumber: 1,
  issuedAt: 0,
  covers: 0,
});

it('the oldest CRLs make room, and one that is too long is not kept', () => {
  const lists = createRecentLists(10);
  lists.keep('a', list(4));
  lists.keep('b', list(4));
  const again = list(5);
  lists.keep('a', again);
  expect(lists.get('a')).toBe(again);
  expect(lists.get('b')).toBeDefined();
  lists.keep('c', list(4));
  expect(['a', 'b', 'c'].filter((name) => lists.get(name))).toEqual(['a', 'c']);
  lists.keep('a', list(11));
  expect(['a', 'b', 'c'].filter((name) => lists.get(name))).toEqual(['c']);
  lists.keep('b', list(6));
  expect(['a', 'b', 'c'].filter((name) => lists.get(name))).toEqual(['b', 'c']);
});
