import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import type { TokenKeyStore } from '../../src/private-ca/keys/key-store.ts';
import { loadCryptoki } from '../../src/private-ca/keys/pkcs11/load-cryptoki.ts';
import { openPkcs11KeyStore } from '../../src/private-ca/keys/pkcs11/pkcs11-key-store.ts';
import { hasSoftHsm, openSoftHsm, type SoftHsm } from '../support/keys/soft-hsm.ts';
import { keyStoreContract } from './key-store-contract.ts';

describe.runIf(hasSoftHsm())('keys in a PKCS #11 token', () => {
  let hsm: SoftHsm;
  let store: TokenKeyStore | undefined;
  const reopen = async () => {
    await store?.close();
    const cryptoki = loadCryptoki(hsm.module);
    store = await openPkcs11KeyStore(hsm, { cryptoki, randomBytes, clock: Date.now });
    return store;
  };
  beforeAll(async () => {
    hsm = await openSoftHsm();
  });
  afterAll(() => store?.close());
  keyStoreContract(reopen);
});
