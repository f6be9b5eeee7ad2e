import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KeyStoreError, TokenKeyStore } from '../../../../../src/private-ca/keys/key-store.ts';
import {
  CK,
  type Cryptoki,
  type Handle,
} from '../../../../../src/private-ca/keys/pkcs11/cryptoki.ts';
import { loadCryptoki } from '../../../../../src/private-ca/keys/pkcs11/load-cryptoki.ts';
import { openPkcs11KeyStore } from '../../../../../src/private-ca/keys/pkcs11/pkcs11-key-store.ts';
import {
  type FaultCryptoki,
  faultCryptoki,
  returned,
} from '../../../../support/fakes/fault-cryptoki.ts';
import { hasSoftHsm, openSoftHsm, type SoftHsm } from '../../../../support/keys/soft-hsm.ts';
import { startStopwatch } from '../../../../support/load/stopwatch.ts';

const AUTHORITY = '5d3f6c7a-1b2c-4d5e-8f90-a1b2c3d4e5f6';
const OTHER = '00000000-0000-4000-8000-000000000001';
const BYTES = Buffer.from('to be signed');
const LONG = 60_000;
const PATIENCE = 300;

describe.runIf(hasSoftHsm())('openPkcs11KeyStore', () => {
  let hsm: SoftHsm;
  let real: Cryptoki;
  let module: FaultCryptoki;
  let now: number;
  let faults: KeyStoreError[];
  let store: TokenKeyStore | undefined;

  const open = async (
    changes: Partial<Pick<SoftHsm, 'tokenLabel' | 'pin'>> = {},
    patience?: number,
  ) => {
    const { tokenLabel, pin } = { ...hsm, ...changes };
    const report = (fault: KeyStoreError) => faults.push(fault);
    const parts = {
      ...{ cryptoki: module.cryptoki, randomBytes, clock: () => now, report },
      ...(patience !== undefined && { patience }),
    };
    store = await openPkcs11KeyStore({ tokenLabel, pin }, parts);
    return store;
  };
  beforeAll(async () => {
    hsm = await openSoftHsm();
    real = loadCryptoki(hsm.module);
  });
  beforeEach(() => {
    module = faultCryptoki(real);
    now = 1_000_000;
    faults = [];
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
  });

  describe('logging in', () => {
    it('happens once, however many sessions there are', async () => {
      const { generate } = await open();
      const { signingKey } = await generate(AUTHORITY, 'EC_prime256v1');
      await Promise.all(
        Array.from({ length: 20 }, () => signingKey.sign('SHA256WITHECDSA', BYTES)),
      );
      expect(module.calls('C_Login')).toBe(1);
      expect(module.calls('C_OpenSession')).toBeLessThanOrEqual(4);
    });

    it('reports a wrong PIN without showing it', async () => {
      const opening = open({ pin: 'battery-staple' });
      await expect(opening).rejects.toMatchObject({ fault: 'misconfigured' });
      await expect(opening).rejects.toThrow('does not accept the PIN (CKR_PIN_INCORRECT)');
      await expect(opening).rejects.not.toThrow('battery');
      expect(module.calls('C_Login')).toBe(1);
    });

    it('lists the present tokens when none has the label', async () => {
      const message = 'no token is labelled "elsewhere"; there are: scep-connector test';
      await expect(open({ tokenLabel: 'elsewhere' })).rejects.toThrow(message);
    });

    it.each([
      ['would be locked by one more wrong PIN', CK.CKF_USER_PIN_FINAL_TRY],
      ['is locked', CK.CKF_USER_PIN_LOCKED],
    ])('is not tried when the token %s', async (message, flags) => {
      module.replace({ C_GetTokenInfo: (slot) => ({ ...real.C_GetTokenInfo(slot), flags }) });
      await expect(open()).rejects.toThrow(message);
      expect(module.calls('C_Login')).toBe(0);
    });

    it('refuses to choose among tokens with the same label', async () => {
      module.replace({ C_GetTokenInfo: () => ({ label: hsm.tokenLabel, flags: 0 }) });
      await expect(open()).rejects.toThrow('several tokens');
    });

    it('does not repeat a PIN that was refused while the server ran', async () => {
      const { list } = await open();
      module.replace({
        C_FindObjectsInit: () => {
          throw returned('CKR_SESSION_HANDLE_INVALID');
        },
        C_Login: () => {
          throw returned('CKR_PIN_INCORRECT');
        },
      });
      await expect(list()).rejects.toThrow('does not accept the PIN');
      now += 1_000_000;
      await expect(list()).rejects.toThrow('does not accept the PIN');
      expect(module.calls('C_Login')).toBe(2);
      expect(faults.map(({ fault }) => fault)).toEqual(['misconfigured', 'misconfigured']);
    });
  });

  describe('a new key', () => {
    it('can neither be read nor used for anything except signatures', async () => {
      const { generate } = await open();
      const { record } = await generate(AUTHORITY, 'RSA_2048');
      const [slot] = real.C_GetSlotList(true);
      const session = real.C_OpenSession(slot as Handle, CK.CKF_SERIAL_SESSION);
      real.C_FindObjectsInit(session, [
        { type: CK.CKA_ID, value: Buffer.from(record.keyId, 'hex') },
        { type: CK.CKA_CLASS, value: CK.CKO_PRIVATE_KEY },
      ]);
      const [key] = real.C_FindObjects(session, 1);
      real.C_FindObjectsFinal(session);
      const is = (type: number) =>
        real.C_GetAttributeValue(session, key as Handle, [{ type }])[0]?.value[0] === 1;
      const uses = [CK.CKA_DECRYPT, CK.CKA_UNWRAP, CK.CKA_DERIVE, CK.CKA_EXTRACTABLE];
      expect(uses.map(is)).toEqual([false, false, false, false]);
      expect([CK.CKA_PRIVATE, CK.CKA_SENSITIVE, CK.CKA_SIGN].map(is)).toEqual([true, true, true]);
      const privateExponent = 0x123;
      expect(() => is(privateExponent)).toThrow('CKR_ATTRIBUTE_SENSITIVE');
      real.C_CloseSession(session);
    });

    it.each([
      ['the mechanism', { C_GetMechanismList: () => [CK.CKM_RSA_PKCS] }],
      [
        'the curve',
        { C_GenerateKeyPairAsync: () => Promise.reject(returned('CKR_CURVE_NOT_SUPPORTED')) },
      ],
    ])('is unsupported when the token lacks %s', async (_, lack) => {
      const { generate } = await open();
      module.replace(lack);
      const making = generate(AUTHORITY, 'EC_secp521r1');
      await expect(making).rejects.toMatchObject({ name: 'KeyStoreError', fault: 'unsupported' });
    });

    it('is destroyed when the token made it readable', async () => {
      const { generate, list } = await open();
      const before = await list();
      module.replace({
        C_GetAttributeValue: (session, object, template) =>
          template[0]?.type === CK.CKA_EXTRACTABLE
            ? [{ type: CK.CKA_EXTRACTABLE, value: Buffer.of(1) }]
            : real.C_GetAttributeValue(session, object, template),
      });
      await expect(generate(AUTHORITY, 'EC_prime256v1')).rejects.toThrow('could be read');
      module.replace({});
      expect(await list()).toEqual(before);
    });

    it('is listed with its authority, and both halves are destroyed', async () => {
      const { generate, list, destroy } = await open();
      const { record, discard } = await generate(OTHER, 'EC_prime256v1');
      expect(record.keyId).toMatch(/^00000000000040008000000000000001[0-9a-f]{16}$/);
      const named = { keyId: record.keyId, authorityId: OTHER };
      expect(await list()).toContainEqual(named);
      const destroyed = module.calls('C_DestroyObject');
      await discard();
      expect(module.calls('C_DestroyObject') - destroyed).toBe(2);
      await destroy(record.keyId);
      expect(await list()).not.toContainEqual(named);
    });

    it('of another token is not searched', async () => {
      const { generate, open: openKey } = await open();
      const { record } = await generate(AUTHORITY, 'EC_prime256v1');
      const elsewhere = { ...record, tokenLabel: 'another' };
      await expect(openKey(AUTHORITY, elsewhere)).rejects.toThrow('in the token "another"');
    });
  });

  describe('a token that goes away', () => {
    const openSigner = async () => {
      const { generate } = await open();
      const { signingKey } = await generate(AUTHORITY, 'EC_prime256v1');
      return () => signingKey.sign('SHA256WITHECDSA', BYTES);
    };

    it('gets a new login when it is back, and only occasional attempts before', async () => {
      const sign = await openSigner();
      now += LONG;
      hsm.unplug();
      await expect(sign()).rejects.toMatchObject({ fault: 'unavailable' });
      const attempts = module.calls('C_Initialize');
      await expect(sign()).rejects.toMatchObject({ fault: 'unavailable' });
      expect(module.calls('C_Initialize')).toBe(attempts);
      hsm.plugIn();
      now += LONG;
      await expect(sign()).resolves.toBeInstanceOf(Uint8Array);
      expect(faults).toHaveLength(2);
    });

    it.each([
      'CKR_DEVICE_REMOVED',
      'CKR_SESSION_HANDLE_INVALID',
      'CKR_USER_NOT_LOGGED_IN',
      'CKR_KEY_HANDLE_INVALID',
    ])('and is back at once causes no failure: %s', async (value) => {
      const sign = await openSigner();
      let fails = 1;
      module.replace({
        C_SignAsync: async (...args) => {
          if (fails-- > 0) throw returned(value);
          return real.C_SignAsync(...args);
        },
      });
      await expect(sign()).resolves.toBeInstanceOf(Uint8Array);
      expect(module.calls('C_Login')).toBe(2);
      expect(faults).toEqual([]);
    });

    it('gets a new login even if its module cannot be ended', async () => {
      const sign = await openSigner();
      let fails = 1;
      module.replace({
        C_SignAsync: async (...args) => {
          if (fails-- > 0) throw returned('CKR_DEVICE_ERROR');
          return real.C_SignAsync(...args);
        },
        C_Finalize: () => {
          throw returned('CKR_GENERAL_ERROR');
        },
      });
      await expect(sign()).resolves.toBeInstanceOf(Uint8Array);
      expect(module.calls('C_Login')).toBe(2);
    });

    it('is initialized again only after its last user has left', async () => {
      const sign = await openSigner();
      let underWay = 0;
      let disturbed = 0;
      let count = 0;
      module.replace({
        C_SignAsync: async (...args) => {
          count += 1;
          if (count % 7 === 0) throw returned('CKR_DEVICE_ERROR');
          underWay += 1;
          const signature = await real.C_SignAsync(...args);
          await nextTurn();
          underWay -= 1;
          return signature;
        },
        C_Finalize: () => {
          disturbed += underWay;
          real.C_Finalize();
        },
      });
      const signatures = await Promise.allSettled(Array.from({ length: 60 }, sign));
      expect(signatures.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(50);
      expect(module.calls('C_Login')).toBeGreaterThan(2);
      expect(disturbed).toBe(0);
    });

    it('causes no repeated logins for one missing key', async () => {
      const { generate, destroy, open: openKey } = await open();
      const { record } = await generate(AUTHORITY, 'EC_prime256v1');
      await destroy(record.keyId);
      const gone = await openKey(AUTHORITY, record);
      for (let i = 0; i < 3; i++) {
        await expect(gone.sign('SHA256WITHECDSA', BYTES)).rejects.toThrow('has no key with the id');
      }
      expect(module.calls('C_Login')).toBe(1);
    });

    it('is not assumed after any other failure', async () => {
      const sign = await openSigner();
      module.replace({ C_SignAsync: () => Promise.reject(returned('CKR_DATA_INVALID')) });
      await expect(sign()).rejects.toThrow('does not work (CKR_DATA_INVALID)');
      module.replace({});
      await sign();
      expect(module.calls('C_Login')).toBe(1);
    });
  });

  describe('a token that hangs', () => {
    const openHangingSigner = async () => {
      const { generate } = await open({}, PATIENCE);
      const { signingKey } = await generate(AUTHORITY, 'EC_prime256v1');
      let goOn: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (goOn = resolve));
      module.replace({
        C_SignAsync: async (...args) => {
          await released;
          return real.C_SignAsync(...args);
        },
      });
      return { goOn, sign: () => signingKey.sign('SHA256WITHECDSA', BYTES) };
    };
    const settled = async (sign: () => Promise<Uint8Array>, count: number) =>
      Promise.allSettled(Array.from({ length: count }, sign));

    it('is waited for until the limit, and not at all while calls are abandoned', async () => {
      const { sign, goOn } = await openHangingSigner();
      const elapsed = startStopwatch();
      for (const outcome of await settled(sign, 10)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { fault: 'unavailable' } });
      }
      expect(elapsed()).toBeLessThan(10 * PATIENCE);
      const asked = module.calls('C_SignAsync');
      expect(asked).toBe(3);
      const again = startStopwatch();
      await expect(sign()).rejects.toThrow('does not answer');
      expect(again()).toBeLessThan(PATIENCE);
      goOn();
      await expect
        .poll(() =>
          sign().then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);
      // Those that had waited for their turn wanted nothing any more.
      expect(module.calls('C_SignAsync')).toBe(asked + 1);
    });

    it('does not delay the end of the server', async () => {
      const { sign } = await openHangingSigner();
      module.replace({ C_SignAsync: () => new Promise(() => undefined) });
      await expect(sign()).rejects.toThrow('does not answer');
      const elapsed = startStopwatch();
      await store?.close();
      store = undefined;
      expect(elapsed()).toBeLessThan(10 * PATIENCE);
      // The module must not be ended under the call, except by the next initialization.
      expect(module.calls('C_Finalize')).toBe(1);
    });
  });

  it('returns no signature that the public key does not verify', async () => {
    const { generate, open: openKey } = await open();
    const first = await generate(AUTHORITY, 'EC_prime256v1');
    const second = await generate(AUTHORITY, 'EC_prime256v1');
    const swapped = await openKey(AUTHORITY, { ...first.record, keyId: second.record.keyId });
    const signing = swapped.sign('SHA256WITHECDSA', BYTES);
    await expect(signing).rejects.toThrow('public key does not verify');
  });

  it('serves other work while a key is made', async () => {
    const { generate } = await open();
    let turns = 0;
    const takeTurn = () => {
      turns += 1;
      next = setImmediate(takeTurn);
    };
    let next = setImmediate(takeTurn);
    await generate(AUTHORITY, 'RSA_4096');
    clearImmediate(next);
    expect(turns).toBeGreaterThan(5);
  });

  afterAll(() => store?.close());
});

describe('loadCryptoki', () => {
  it('names the package to install when it is missing', () => {
    const load = () =>
      loadCryptoki('/usr/lib/softhsm/libsofthsm2.so', () => {
        throw new Error('Cannot find module');
      });
    expect(load).toThrow('"npm install pkcs11js"');
    expect(load).toThrow(expect.objectContaining({ fault: 'misconfigured' }));
  });

  it.runIf(hasSoftHsm())('names a module that is not one', () => {
    expect(() => loadCryptoki('/etc/hostname')).toThrow('/etc/hostname cannot be loaded');
  });
});
