import { describe, expect, it } from 'vitest';
import { COMMITTED, keysIn, put, type StoreUnderTest, versionOf } from './store-under-test.ts';

/** Which records are gone, and from when. */
export function describeExpiry(subject: () => StoreUnderTest): void {
  const store = () => subject().store;

  describe('expiry', () => {
    it('hides a record everywhere from that moment on', async () => {
      const expiresAt = subject().now() + 2_000;
      await store().commit('p', [put('a', '1', { expiresAt }), put('b', '1')]);
      expect(await store().get('p', 'c', 'a')).toMatchObject({ value: '1', expiresAt });
      await subject().advance(2_000);
      expect(await store().get('p', 'c', 'a')).toBeUndefined();
      expect(await keysIn(store(), 'p', 'c')).toEqual(['b']);
    });

    it('counts an expired record as absent and gives it no version', async () => {
      await store().commit('p', [put('a', '1', { expiresAt: subject().now() + 1_000 })]);
      const condition = { version: await versionOf(store(), 'a') };
      await subject().advance(1_000);
      const stale = await store().commit('p', [put('a', '2', { condition })]);
      expect(stale.outcome).toBe('conflict');
      const fresh = await store().commit('p', [put('a', '2', { condition: 'absent' })]);
      expect(fresh).toEqual(COMMITTED);
      expect(await versionOf(store(), 'a')).toBeGreaterThan(condition.version);
    });

    it('is replaced with the record, so the last put decides', async () => {
      const expiresAt = subject().now() + 1_000;
      await store().commit('p', [
        put('kept', '1', { expiresAt }),
        put('later', '1', { expiresAt }),
      ]);
      await store().commit('p', [
        put('kept', '2'),
        put('later', '2', { expiresAt: expiresAt + 60_000 }),
      ]);
      await subject().advance(1_000);
      await subject().reopen();
      expect(await keysIn(store(), 'p', 'c')).toEqual(['kept', 'later']);
    });

    it('fills a page with live records, however many expired ones lie between', async () => {
      const expiresAt = subject().now() + 1_000;
      const expiring = Array.from({ length: 50 }, (_, i) => put(`b${i}`, '1', { expiresAt }));
      await store().commit('p', [put('a', '1'), ...expiring, put('c', '1')]);
      await subject().advance(1_000);
      expect(await keysIn(store(), 'p', 'c', { limit: 2 })).toEqual(['a', 'c']);
    });

    it('starts a counter again, and increments do not move it', async () => {
      const expiresAt = subject().now() + 1_000;
      expect(await store().increment('p', 'n', 5, expiresAt)).toBe(5);
      expect(await store().increment('p', 'n', 1, expiresAt + 60_000)).toBe(6);
      await subject().advance(1_000);
      expect(await store().increment('p', 'n', 2, subject().now() + 60_000)).toBe(2);
    });
  });
}
