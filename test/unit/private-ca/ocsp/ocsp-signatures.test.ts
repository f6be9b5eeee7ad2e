import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  createOcspSignatures,
  KeyBusyError,
} from '../../../../src/private-ca/ocsp/ocsp-signatures.ts';

describe('signatures for OCSP', () => {
  it('are made one at a time by each key, in their order', async () => {
    const signatures = createOcspSignatures();
    const begun: string[] = [];
    let underWay = 0;
    const sign = (name: string) => async () => {
      begun.push(name);
      underWay += 1;
      expect(underWay).toBe(1);
      await nextTurn();
      underWay -= 1;
      return name;
    };
    const names = ['a', 'b', 'c', 'd'];
    const all = names.map((name) => signatures.inTurn('ca', 10, sign(name)));
    expect(await Promise.all(all)).toEqual(names);
    expect(begun).toEqual(names);
  });

  it('of one key do not wait for another key', async () => {
    const signatures = createOcspSignatures();
    const hanging = signatures.inTurn('hanging', 0, () => new Promise<never>(() => undefined));
    await expect(signatures.inTurn('other', 0, async () => 'signed')).resolves.toBe('signed');
    await expect(Promise.race([hanging, nextTurn('hangs')])).resolves.toBe('hangs');
  });

  it('are refused while too many wait, and made again when fewer do', async () => {
    const signatures = createOcspSignatures();
    let release: ((value: string) => void) | undefined;
    const first = signatures.inTurn('ca', 0, () => new Promise((resolve) => (release = resolve)));
    const second = signatures.inTurn('ca', 1, async () => 'second');
    await expect(signatures.inTurn('ca', 1, async () => 'third')).rejects.toThrow(KeyBusyError);
    await expect.poll(() => release).toBeDefined();
    release?.('first');
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
    await expect(signatures.inTurn('ca', 0, async () => 'later')).resolves.toBe('later');
  });

  it('report a failure to their own caller only', async () => {
    const signatures = createOcspSignatures();
    const fails = signatures.inTurn('ca', 5, () => Promise.reject(new Error('away')));
    const next = signatures.inTurn('ca', 5, async () => 'signed');
    await expect(fails).rejects.toThrow('away');
    await expect(next).resolves.toBe('signed');
    await expect(signatures.inTurn('ca', 0, async () => 'again')).resolves.toBe('again');
  });
});
