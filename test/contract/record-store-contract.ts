import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeleteWrite, PutWrite, RecordStore } from '../../src/store/record-store.ts';
import { describeAgainstModel } from './record-store-model.ts';

/** One store of the adapter under test, empty at first. */
export interface StoreUnderTest {
  readonly store: RecordStore;
  /** The store's clock, in milliseconds since the epoch. */
  now(): number;
  /** Moves the clock on, or waits when it cannot be moved. */
  advance(milliseconds: number): Promise<void>;
  /** Closes the store and opens it again on the same state. */
  reopen(): Promise<RecordStore>;
  /** Closes the store that is open and removes its state. */
  destroy(): Promise<void>;
}

const COMMITTED = { outcome: 'committed' };
const ALL = { limit: 1_000 };

/** The promises of the RecordStore port, for one adapter. */
export function describeRecordStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the record store ${name}`, () => {
    let subject: StoreUnderTest;
    let store: RecordStore;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.destroy());

    const keys = async (partition: string, collection: string, page: PageOfKeys = ALL) =>
      (await store.list(partition, collection, page)).map(({ key }) => key);

    const versionOf = async (key: string) => {
      const record = await store.get('p', 'c', key);
      if (!record) throw new Error(`${key} is absent`);
      return record.version;
    };

    describe('commit', () => {
      it('gives back what was put, without an expiry', async () => {
        expect(await store.commit('p', [put('a', 'one')])).toEqual(COMMITTED);
        expect(await store.get('p', 'c', 'a')).toEqual({
          key: 'a',
          value: 'one',
          version: await versionOf('a'),
          expiresAt: undefined,
        });
        expect(await store.get('p', 'c', 'b')).toBeUndefined();
      });

      it('replaces and deletes without conditions, whether or not the record exists', async () => {
        await store.commit('p', [put('a', 'one'), put('b', 'one')]);
        await store.commit('p', [put('a', 'two'), remove('b'), remove('never')]);
        expect((await store.get('p', 'c', 'a'))?.value).toBe('two');
        expect(await keys('p', 'c')).toEqual(['a']);
      });

      it('writes nothing when one condition fails, and names the first that did', async () => {
        await store.commit('p', [put('a', 'one'), put('d', 'one')]);
        const before = await store.list('p', 'c', ALL);
        const result = await store.commit('p', [
          put('b', 'new', { condition: 'absent' }),
          remove('d'),
          put('a', 'two', { condition: 'absent' }),
          put('x', 'two', { condition: { version: 1 } }),
        ]);
        expect(result).toEqual({ outcome: 'conflict', collection: 'c', key: 'a' });
        expect(await store.list('p', 'c', ALL)).toEqual(before);
      });

      it('judges every condition against the state before the commit', async () => {
        await store.commit('p', [put('a', 'one'), put('b', 'one')]);
        const condition = { version: await versionOf('b') };
        const result = await store.commit('p', [
          {
            kind: 'delete',
            collection: 'c',
            key: 'a',
            condition: { version: await versionOf('a') },
          },
          put('b', 'two', { condition }),
          put('new', 'two', { condition: 'absent' }),
        ]);
        expect(result).toEqual(COMMITTED);
        expect(await keys('p', 'c')).toEqual(['b', 'new']);
      });

      it('refuses a version that is not the current one, or that nothing has', async () => {
        await store.commit('p', [put('a', 'one')]);
        const version = await versionOf('a');
        await store.commit('p', [put('a', 'two')]);
        const stale = { condition: { version } };
        const conflict = { outcome: 'conflict', collection: 'c', key: 'a' };
        expect(await store.commit('p', [put('a', 'three', stale)])).toEqual(conflict);
        expect(await store.commit('p', [{ ...remove('a'), ...stale }])).toEqual(conflict);
        await store.commit('p', [remove('a')]);
        expect(await store.commit('p', [put('a', 'three', stale)])).toEqual(conflict);
        expect(await store.get('p', 'c', 'a')).toBeUndefined();
      });

      it('refuses two writes to one record, and takes none', async () => {
        await expect(store.commit('p', [put('a', '1'), remove('a')])).rejects.toThrow(RangeError);
        expect(await store.get('p', 'c', 'a')).toBeUndefined();
        const elsewhere = { ...put('a', '2'), collection: 'd' };
        expect(await store.commit('p', [put('a', '1'), elsewhere])).toEqual(COMMITTED);
      });

      it('takes an empty list of writes', async () => {
        expect(await store.commit('p', [])).toEqual(COMMITTED);
      });

      it('takes hundreds of writes at once', async () => {
        const writes = Array.from({ length: 500 }, (_, i) => put(`k${i}`, 'x'.repeat(1_000)));
        expect(await store.commit('p', writes)).toEqual(COMMITTED);
        expect(await keys('p', 'c')).toHaveLength(500);
      });
    });

    describe('under concurrency', () => {
      const outcomes = async (write: (i: number) => PutWrite) => {
        const commits = Array.from({ length: 100 }, (_, i) => store.commit('p', [write(i)]));
        return (await Promise.all(commits)).map(({ outcome }) => outcome);
      };

      it("lets exactly one of 100 commits create a record 'absent'", async () => {
        const results = await outcomes((i) => put('a', `${i}`, { condition: 'absent' }));
        expect(results.filter((outcome) => outcome === 'committed')).toHaveLength(1);
        expect((await store.get('p', 'c', 'a'))?.value).toBe(`${results.indexOf('committed')}`);
      });

      it('lets exactly one of 100 commits replace a version', async () => {
        await store.commit('p', [put('a', 'first')]);
        const condition = { version: await versionOf('a') };
        const results = await outcomes((i) => put('a', `${i}`, { condition }));
        expect(results.filter((outcome) => outcome === 'committed')).toHaveLength(1);
        expect((await store.get('p', 'c', 'a'))?.value).toBe(`${results.indexOf('committed')}`);
      });

      it('loses no update of those who read, change and retry on conflict', async () => {
        await store.commit('p', [put('sum', '0')]);
        const addOne = async (): Promise<void> => {
          const record = await store.get('p', 'c', 'sum');
          const condition = { version: record?.version ?? 0 };
          const write = put('sum', `${Number(record?.value) + 1}`, { condition });
          if ((await store.commit('p', [write])).outcome === 'conflict') await addOne();
        };
        await Promise.all(Array.from({ length: 20 }, addOne));
        expect((await store.get('p', 'c', 'sum'))?.value).toBe('20');
      });

      it('gives each of 100 increments its own number', async () => {
        const numbers = Array.from({ length: 100 }, () => store.increment('p', 'n', 1));
        const sorted = (await Promise.all(numbers)).sort((a, b) => a - b);
        expect(sorted).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
      });
    });

    describe('versions', () => {
      it('grow with every put of the partition', async () => {
        await store.commit('p', [put('a', '1'), put('b', '1')]);
        await store.commit('p', [put('a', '2')]);
        const [a, b] = [await versionOf('a'), await versionOf('b')];
        expect(a).toBeGreaterThan(b);
        await store.commit('p', [put('b', '1')]);
        expect(await versionOf('b')).toBeGreaterThan(a);
      });

      it('are not used again after a delete, nor after reopening an emptied partition', async () => {
        await store.commit('p', [put('a', '1')]);
        const first = await versionOf('a');
        await store.commit('p', [remove('a')]);
        await store.commit('p', [put('a', '1')]);
        const second = await versionOf('a');
        expect(second).toBeGreaterThan(first);
        await store.commit('p', [remove('a')]);
        store = await subject.reopen();
        await store.commit('p', [put('a', '1')]);
        expect(await versionOf('a')).toBeGreaterThan(second);
      });
    });

    describe('expiry', () => {
      it('hides a record from its moment on, everywhere', async () => {
        const expiresAt = subject.now() + 2_000;
        await store.commit('p', [put('a', '1', { expiresAt }), put('b', '1')]);
        expect(await store.get('p', 'c', 'a')).toMatchObject({ value: '1', expiresAt });
        await subject.advance(2_000);
        expect(await store.get('p', 'c', 'a')).toBeUndefined();
        expect(await keys('p', 'c')).toEqual(['b']);
      });

      it('counts an expired record as absent and gives it no version', async () => {
        await store.commit('p', [put('a', '1', { expiresAt: subject.now() + 1_000 })]);
        const condition = { version: await versionOf('a') };
        await subject.advance(1_000);
        const stale = await store.commit('p', [put('a', '2', { condition })]);
        expect(stale.outcome).toBe('conflict');
        const fresh = await store.commit('p', [put('a', '2', { condition: 'absent' })]);
        expect(fresh).toEqual(COMMITTED);
        expect(await versionOf('a')).toBeGreaterThan(condition.version);
      });

      it('is replaced with the record: the last put decides', async () => {
        const expiresAt = subject.now() + 1_000;
        await store.commit('p', [
          put('kept', '1', { expiresAt }),
          put('later', '1', { expiresAt }),
        ]);
        await store.commit('p', [
          put('kept', '2'),
          put('later', '2', { expiresAt: expiresAt + 60_000 }),
        ]);
        await subject.advance(1_000);
        store = await subject.reopen();
        expect(await keys('p', 'c')).toEqual(['kept', 'later']);
      });

      it('fills a page with live records, however many expired ones lie between', async () => {
        const expiresAt = subject.now() + 1_000;
        const expiring = Array.from({ length: 50 }, (_, i) => put(`b${i}`, '1', { expiresAt }));
        await store.commit('p', [put('a', '1'), ...expiring, put('c', '1')]);
        await subject.advance(1_000);
        expect(await keys('p', 'c', { limit: 2 })).toEqual(['a', 'c']);
      });

      it('starts a counter again, and increments do not move it', async () => {
        const expiresAt = subject.now() + 1_000;
        expect(await store.increment('p', 'n', 5, expiresAt)).toBe(5);
        expect(await store.increment('p', 'n', 1, expiresAt + 60_000)).toBe(6);
        await subject.advance(1_000);
        expect(await store.increment('p', 'n', 2, subject.now() + 60_000)).toBe(2);
      });
    });

    describe('list', () => {
      const names = ['!', '0', '10', '9', 'A', 'Z', 'a', 'a b', 'a:b', 'aa', '~'];

      it('is in the byte order of the keys, page after page', async () => {
        await store.commit(
          'p',
          names.toReversed().map((key) => put(key, key)),
        );
        expect(await keys('p', 'c')).toEqual(names);
        expect(await keys('p', 'c', { limit: 3 })).toEqual(names.slice(0, 3));
        expect(await keys('p', 'c', { after: '9', limit: 4 })).toEqual(names.slice(4, 8));
        expect(await keys('p', 'c', { after: '95', limit: 1 })).toEqual(['A']);
        expect(await keys('p', 'c', { after: '~', limit: 1 })).toEqual([]);
      });

      it('meets each lasting record once while others come and go between the pages', async () => {
        const lasting = Array.from({ length: 30 }, (_, i) => `k${String(i).padStart(2, '0')}`);
        await store.commit(
          'p',
          lasting.map((key) => put(key, '1')),
        );
        const met: string[] = [];
        for (let after: string | undefined = '!'; after !== undefined; ) {
          const page = await keys('p', 'c', { after, limit: 4 });
          met.push(...page);
          after = page.at(-1);
          await store.commit('p', [put(`k00-${met.length}`, 'behind'), put(`${after}x`, 'ahead')]);
          if (after !== undefined) await store.commit('p', [remove(`${after}x`)]);
        }
        expect(met.filter((key) => lasting.includes(key))).toEqual(lasting);
      });
    });

    it('keeps partitions and collections apart, also when one name begins another', async () => {
      const places = [
        ['p', 'c'],
        ['p', 'cc'],
        ['pp', 'c'],
        ['p', 'c;'],
        ['p;', 'c'],
        ['p', 'p'],
      ];
      for (const [partition = '', collection = ''] of places)
        await store.commit(partition, [{ ...put('c:a', partition + collection), collection }]);
      for (const [partition = '', collection = ''] of places) {
        const found = await store.list(partition, collection, ALL);
        expect(found.map(({ value }) => value)).toEqual([partition + collection]);
      }
      await store.commit('p', [remove('c:a')]);
      expect(await keys('p', 'cc')).toEqual(['c:a']);
      expect(await keys('pp', 'c')).toEqual(['c:a']);
    });

    it('keeps counters apart from records and partitions', async () => {
      await store.commit('p', [put('n', 'text')]);
      expect(await store.increment('p', 'n', 1)).toBe(1);
      expect(await store.increment('p', 'c:n', 10)).toBe(10);
      expect(await store.increment('pp', 'n', 100)).toBe(100);
      expect(await store.increment('p', 'n', -3)).toBe(-2);
      expect((await store.get('p', 'c', 'n'))?.value).toBe('text');
      expect(await keys('p', 'c')).toEqual(['n']);
    });

    describe('values', () => {
      const examples = [
        '',
        ' ',
        '\u0000',
        '\ufeffx',
        'e\u0301',
        '\u2028\r\n',
        '👩‍💻',
        '\udbff\udfff',
      ];

      it.each([...examples, 'ß'.repeat(100_000)])(
        'are kept to the character: %j',
        async (value) => {
          await store.commit('p', [put('a', value)]);
          expect((await store.get('p', 'c', 'a'))?.value).toBe(value);
        },
      );

      it('may be any Unicode text', async () => {
        const text = fc.string({ unit: 'binary', maxLength: 50 });
        const kept = async (value: string) => {
          await store.commit('p', [put('a', value)]);
          expect((await store.get('p', 'c', 'a'))?.value).toBe(value);
        };
        await fc.assert(fc.asyncProperty(text, kept), { numRuns: 50 });
      });

      it('must be Unicode: half a surrogate pair is refused', async () => {
        await expect(store.commit('p', [put('a', 'x\ud800y')])).rejects.toThrow(RangeError);
      });
    });

    describe('names', () => {
      const wrong = ['', 'é', 'a\n', '\u007f', 'a\u0000b'];
      const longest = 'n'.repeat(200);

      it.each([...wrong, 'a:b', `${longest}n`])(
        'refuses the partition or collection %j',
        async (name) => {
          const refused = expect.soft;
          await refused(store.get(name, 'c', 'a')).rejects.toThrow(RangeError);
          await refused(store.get('p', name, 'a')).rejects.toThrow(RangeError);
          await refused(store.list(name, 'c', ALL)).rejects.toThrow(RangeError);
          await refused(store.list('p', name, ALL)).rejects.toThrow(RangeError);
          await refused(store.commit(name, [])).rejects.toThrow(RangeError);
          const write = { ...put('a', '1'), collection: name };
          await refused(store.commit('p', [write])).rejects.toThrow(RangeError);
          await refused(store.increment(name, 'n', 1)).rejects.toThrow(RangeError);
        },
      );

      it.each([...wrong, 'k'.repeat(513)])('refuses the key %j', async (key) => {
        const refused = expect.soft;
        await refused(store.get('p', 'c', key)).rejects.toThrow(RangeError);
        await refused(store.list('p', 'c', { after: key, limit: 1 })).rejects.toThrow(RangeError);
        await refused(store.commit('p', [put(key, '1')])).rejects.toThrow(RangeError);
        await refused(store.commit('p', [remove(key)])).rejects.toThrow(RangeError);
        await refused(store.increment('p', key, 1)).rejects.toThrow(RangeError);
      });

      it('takes the longest, and keys with any printable ASCII character', async () => {
        const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 0x20 + i));
        for (const key of [ascii, 'k'.repeat(512)]) {
          await store.commit(longest, [{ ...put(key, '1'), collection: longest }]);
          expect((await store.get(longest, longest, key))?.key).toBe(key);
        }
        expect(await keys(longest, longest)).toEqual([ascii, 'k'.repeat(512)]);
        expect(await store.increment(longest, 'k'.repeat(512), 1)).toBe(1);
      });

      it.each([0, -1, 1.5, Number.NaN])('refuses the limit %d', async (limit) => {
        await expect(store.list('p', 'c', { limit })).rejects.toThrow(RangeError);
      });

      it.each([1.5, Number.NaN, -1])('refuses the expiry %d', async (expiresAt) => {
        await expect(store.commit('p', [put('a', '1', { expiresAt })])).rejects.toThrow(RangeError);
        await expect(store.increment('p', 'n', 1, expiresAt)).rejects.toThrow(RangeError);
      });
    });

    it('keeps records, versions and counters when it is reopened', async () => {
      const expiresAt = subject.now() + 60_000;
      await store.commit('p', [put('a', 'é'), put('b', '2', { expiresAt })]);
      await store.increment('p', 'n', 7, expiresAt);
      const before = await store.list('p', 'c', ALL);
      store = await subject.reopen();
      expect(await store.list('p', 'c', ALL)).toEqual(before);
      expect(await store.increment('p', 'n', 1)).toBe(8);
    });

    describeAgainstModel(() => subject);
  });
}

interface PageOfKeys {
  readonly after?: string;
  readonly limit: number;
}

function put(
  key: string,
  value: string,
  options: Pick<PutWrite, 'condition' | 'expiresAt'> = {},
): PutWrite {
  return { kind: 'put', collection: 'c', key, value, ...options };
}

function remove(key: string): DeleteWrite {
  return { kind: 'delete', collection: 'c', key };
}
