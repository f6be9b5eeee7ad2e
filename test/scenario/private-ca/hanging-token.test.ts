import { randomBytes } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MINUTE_MS } from '../../../src/durations.ts';
import type { KeyStoreError, TokenKeyStore } from '../../../src/private-ca/keys/key-store.ts';
import type { Cryptoki } from '../../../src/private-ca/keys/pkcs11/cryptoki.ts';
import { loadCryptoki } from '../../../src/private-ca/keys/pkcs11/load-cryptoki.ts';
import { openPkcs11KeyStore } from '../../../src/private-ca/keys/pkcs11/pkcs11-key-store.ts';
import { type FaultCryptoki, faultCryptoki, returned } from '../../support/fakes/fault-cryptoki.ts';
import { hasSoftHsm, openSoftHsm, type SoftHsm } from '../../support/keys/soft-hsm.ts';

const AUTHORITY = '5d3f6c7a-1b2c-4d5e-8f90-a1b2c3d4e5f6';
const OTHER = '00000000-0000-4000-8000-000000000001';
const TEN_MINUTES_MS = 10 * MINUTE_MS;
const WAIT = { timeout: MINUTE_MS };

describe.runIf(hasSoftHsm())('a token that hangs while it makes a key', () => {
  let hsm: SoftHsm;
  let real: Cryptoki;
  let module: FaultCryptoki;
  let faults: KeyStoreError[];
  let store: TokenKeyStore;
  let goOn: () => void;

  const hang = (made: Cryptoki['C_GenerateKeyPairAsync']) => {
    const released = new Promise<void>((resolve) => (goOn = resolve));
    module.replace({
      C_GenerateKeyPairAsync: async (...args) => {
        await released;
        return made.call(real, ...args);
      },
    });
  };
  const fail = () => Promise.reject(returned('CKR_DEVICE_ERROR'));
  const make = (authority = AUTHORITY) => store.generate(authority, 'EC_prime256v1');
  /** Asks for keys, and lets ten minutes pass once the first is being made. */
  const expectTimeouts = async (...authorities: readonly string[]) => {
    const begun = module.calls('C_GenerateKeyPairAsync');
    const makings = Promise.allSettled(authorities.map((authority) => make(authority)));
    await expect.poll(() => module.calls('C_GenerateKeyPairAsync'), WAIT).toBeGreaterThan(begun);
    vi.advanceTimersByTime(TEN_MINUTES_MS);
    const reason = {
      fault: 'unavailable',
      message: expect.stringContaining(
        'has not made a key in its time; one that it makes later',
      ) as string,
    };
    for (const making of await makings)
      expect(making).toMatchObject({ status: 'rejected', reason });
  };
  const tooLate = async () => {
    await expect.poll(() => faults.length, WAIT).toBe(2);
    return faults[1]?.message;
  };

  beforeAll(async () => {
    hsm = await openSoftHsm();
    real = loadCryptoki(hsm.module);
  });
  beforeEach(async () => {
    module = faultCryptoki(real);
    faults = [];
    goOn = () => undefined;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const report = (fault: KeyStoreError) => faults.push(fault);
    const parts = { cryptoki: module.cryptoki, randomBytes, clock: Date.now, report };
    store = await openPkcs11KeyStore(hsm, parts);
  });
  afterEach(async () => {
    vi.useRealTimers();
    goOn();
    await store.close();
  });

  it('makes callers wait for ten minutes at most, and is asked for no other key meanwhile', async () => {
    hang(fail);
    await expectTimeouts(AUTHORITY, OTHER, OTHER);
    await expect(make()).rejects.toThrow('has not made a key in its time');
    expect(module.calls('C_GenerateKeyPairAsync')).toBe(1);
  });

  it('still signs', async () => {
    const { signingKey, discard } = await make(OTHER);
    hang(fail);
    await expectTimeouts(AUTHORITY);
    const bytes = Buffer.from('to be signed');
    const signatures = Array.from({ length: 10 }, () => signingKey.sign('SHA256WITHECDSA', bytes));
    expect(await Promise.all(signatures)).toHaveLength(10);
    await discard();
  });

  it('makes the server destroy and report the late key, and then makes the next one', async () => {
    const before = await store.list();
    hang(real.C_GenerateKeyPairAsync);
    await expectTimeouts(AUTHORITY);
    goOn();
    expect(await tooLate()).toMatch(
      /the token made the key 5d3f6c7a1b2c4d5e8f90a1b2c3d4e5f6[0-9a-f]{16} too late; it is destroyed$/,
    );
    expect(module.calls('C_DestroyObject')).toBe(2);
    expect(await store.list()).toEqual(before);
    module.replace({});
    const next = await make();
    expect(await store.list()).toHaveLength(before.length + 1);
    await next.discard();
  });

  it('makes the server report a late key that it fails to destroy', async () => {
    hang(real.C_GenerateKeyPairAsync);
    await expectTimeouts(AUTHORITY);
    module.replace({
      C_DestroyObject: () => {
        throw returned('CKR_SESSION_HANDLE_INVALID');
      },
    });
    goOn();
    expect(await tooLate()).toMatch(/[0-9a-f]{48} too late and does not destroy it; it stays/);
    expect(module.calls('C_GenerateKeyPairAsync')).toBe(1);
  });

  it('is not asked again for a key that nobody waits for', async () => {
    hang(fail);
    await expectTimeouts(AUTHORITY);
    goOn();
    module.replace({});
    const makeAtLast = async () => {
      const key = await make().catch(() => undefined);
      await key?.discard();
      return key !== undefined;
    };
    await expect.poll(makeAtLast, WAIT).toBe(true);
    expect(module.calls('C_GenerateKeyPairAsync')).toBe(2);
  });

  it('does not delay the end of the server', async () => {
    hang(fail);
    await expectTimeouts(AUTHORITY);
    await store.close();
    // The start made this one call, to reset the module; the end must not finalise the module
    // under a call.
    expect(module.calls('C_Finalize')).toBe(1);
  });
});
