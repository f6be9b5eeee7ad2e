import { describe } from 'vitest';
import { createSealedKeyStore } from '../../src/private-ca/keys/sealed-key-store.ts';
import { createSealer } from '../../src/store/seal.ts';
import { keyStoreContract } from './key-store-contract.ts';

describe('keys sealed in the record store', () => {
  const sealer = createSealer(Buffer.alloc(32, 7));
  keyStoreContract(() => Promise.resolve(createSealedKeyStore(sealer)));
});
