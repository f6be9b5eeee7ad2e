import { afterAll, describe } from 'vitest';
import { createEmbeddedIssuer } from '../../src/issuer/embedded/embedded-issuer.ts';
import type { KeyAlgorithm } from '../../src/private-ca/model/key-algorithms.ts';
import { openLmdbRecordStore } from '../../src/store/embedded/lmdb-record-store.ts';
import type { RecordStore } from '../../src/store/record-store.ts';
import type { SigningAlgorithm } from '../../src/x509/signing-algorithm.ts';
import { openInMemoryRecordStore } from '../support/fakes/in-memory-record-store.ts';
import { openTestPrivateCa } from '../support/servers/open-test-private-ca.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';
import { issuerContract } from './issuer-contract.ts';
import { privateCaUnderTest } from './private-ca-under-test.ts';

function openIssuer(
  store: RecordStore,
  keyAlgorithm: KeyAlgorithm,
  signingAlgorithm: SigningAlgorithm,
) {
  const ca = openTestPrivateCa({ store });
  return privateCaUnderTest(ca, createEmbeddedIssuer(ca), keyAlgorithm, signingAlgorithm);
}

describe('the embedded issuer with an RSA authority on LMDB', () => {
  const opening = openLmdbRecordStore({ directory: tempDirectory(), clock: Date.now });
  afterAll(async () => (await opening).close());
  issuerContract(async () => openIssuer(await opening, 'RSA_2048', 'SHA256WITHRSA'));
});

describe('the embedded issuer with an EC authority', () => {
  const store = openInMemoryRecordStore(Date.now);
  issuerContract(() => openIssuer(store, 'EC_secp384r1', 'SHA384WITHECDSA'));
});
