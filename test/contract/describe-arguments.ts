import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL, keysIn, put, remove, type StoreUnderTest } from './store-under-test.ts';

/** Which values may be stored under which names. */
export function describeArguments(subject: () => StoreUnderTest): void {
  const store = () => subject().store;

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
      'are kept character by character: %j',
      async (value) => {
        await store().commit('p', [put('a', value)]);
        expect((await store().get('p', 'c', 'a'))?.value).toBe(value);
      },
    );

    it('may be any Unicode text', async () => {
      const text = fc.string({ unit: 'binary', maxLength: 50 });
      const kept = async (value: string) => {
        await store().commit('p', [put('a', value)]);
        expect((await store().get('p', 'c', 'a'))?.value).toBe(value);
      };
      await fc.assert(fc.asyncProperty(text, kept), { numRuns: 50 });
    });

    it('must be Unicode: half a surrogate pair is refused', async () => {
      await expect(store().commit('p', [put('a', 'x\ud800y')])).rejects.toThrow(RangeError);
    });
  });

  describe('names', () => {
    const wrong = ['', 'é', 'a\n', '\u007f', 'a\u0000b'];
    const longest = 'n'.repeat(200);

    it.each([...wrong, 'a:b', `${longest}n`])(
      'refuses the partition or collection %j',
      async (name) => {
        const refused = expect.soft;
        await refused(store().get(name, 'c', 'a')).rejects.toThrow(RangeError);
        await refused(store().get('p', name, 'a')).rejects.toThrow(RangeError);
        await refused(store().list(name, 'c', ALL)).rejects.toThrow(RangeError);
        await refused(store().list('p', name, ALL)).rejects.toThrow(RangeError);
        await refused(store().commit(name, [])).rejects.toThrow(RangeError);
        const write = { ...put('a', '1'), collection: name };
        await refused(store().commit('p', [write])).rejects.toThrow(RangeError);
        await refused(store().increment(name, 'n', 1)).rejects.toThrow(RangeError);
      },
    );

    it.each([...wrong, 'k'.repeat(513)])('refuses the key %j', async (key) => {
      const refused = expect.soft;
      await refused(store().get('p', 'c', key)).rejects.toThrow(RangeError);
      await refused(store().list('p', 'c', { after: key, limit: 1 })).rejects.toThrow(RangeError);
      await refused(store().commit('p', [put(key, '1')])).rejects.toThrow(RangeError);
      await refused(store().commit('p', [remove(key)])).rejects.toThrow(RangeError);
      await refused(store().increment('p', key, 1)).rejects.toThrow(RangeError);
    });

    it('accepts the longest names, and keys with any printable ASCII character', async () => {
      const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 0x20 + i));
      for (const key of [ascii, 'k'.repeat(512)]) {
        await store().commit(longest, [{ ...put(key, '1'), collection: longest }]);
        expect((await store().get(longest, longest, key))?.key).toBe(key);
      }
      expect(await keysIn(store(), longest, longest)).toEqual([ascii, 'k'.repeat(512)]);
      expect(await store().increment(longest, 'k'.repeat(512), 1)).toBe(1);
    });

    it.each([0, -1, 1.5, Number.NaN])('refuses the limit %d', async (limit) => {
      await expect(store().list('p', 'c', { limit })).rejects.toThrow(RangeError);
    });

    it.each([1.5, Number.NaN, -1])('refuses the expiry %d', async (expiresAt) => {
      await expect(store().commit('p', [put('a', '1', { expiresAt })])).rejects.toThrow(RangeError);
      await expect(store().increment('p', 'n', 1, expiresAt)).rejects.toThrow(RangeError);
    });
  });
}
