import { afterAll, describe } from 'vitest';
import { createEmbeddedIssuer } from '../../src/issuer/embedded/embedded-issuer.ts';
import type { IssueRequest } from '../../src/issuer/issuer.ts';
import { ACTIONS } from '../../src/private-ca/actions.ts';
import { activateRoot } from '../../src/private-ca/activate-root.ts';
import { authorityPartition } from '../../src/private-ca/authority-record.ts';
import { certificates } from '../../src/private-ca/certificate-record.ts';
import type { KeyAlgorithm } from '../../src/private-ca/key-algorithms.ts';
import { authorityArn, authorityIdOf } from '../../src/private-ca/private-ca-arns.ts';
import { listEntries } from '../../src/store/collection.ts';
import { openLmdbRecordStore } from '../../src/store/embedded/lmdb-record-store.ts';
import type { RecordStore } from '../../src/store/record-store.ts';
import type { SigningAlgorithm } from '../../src/x509/signing-algorithm.ts';
import { openInMemoryRecordStore } from '../support/in-memory-record-store.ts';
import { openTestPrivateCa, TEST_SCOPE } from '../support/open-test-private-ca.ts';
import { tempDirectory } from '../support/temp-directory.ts';
import type { IssuerUnderTest } from './issuer-contract.ts';
import { issuerContract } from './issuer-contract.ts';

async function openIssuer(
  store: RecordStore,
  keyAlgorithm: KeyAlgorithm,
  signingAlgorithm: SigningAlgorithm,
): Promise<IssuerUnderTest> {
  const ca = openTestPrivateCa({ store });
  const issuer = createEmbeddedIssuer(ca);
  const configuration = { keyAlgorithm, signingAlgorithm, subject: { CommonName: 'Contract CA' } };
  const validity = { Type: 'YEARS', Value: 10 } as const;
  const arn = await activateRoot(ca, { ...configuration, name: 'contract', validity });
  const partition = authorityPartition(authorityIdOf(TEST_SCOPE, arn));
  const pending = await ACTIONS.CreateCertificateAuthority(ca, {
    CertificateAuthorityType: 'ROOT',
    CertificateAuthorityConfiguration: {
      KeyAlgorithm: keyAlgorithm,
      SigningAlgorithm: signingAlgorithm,
      Subject: { CommonName: 'Pending CA' },
    },
  });
  return {
    issuer,
    authorityArn: arn,
    unknownAuthorityArn: authorityArn(TEST_SCOPE, '00000000-0000-4000-8000-000000000000'),
    pendingAuthorityArn: pending.CertificateAuthorityArn,
    async countIssued() {
      return (await listEntries(ca.store, partition, certificates, { limit: 1_000 })).length;
    },
    async leaveInProgress(request: IssueRequest) {
      const get = () => Promise.reject(new Error('killed'));
      const dying = { ...ca, signingKeys: { ...ca.signingKeys, get } };
      const before = await listEntries(ca.store, partition, certificates, { limit: 1_000 });
      await createEmbeddedIssuer(dying)
        .issueCertificate(request)
        .catch(() => undefined);
      const after = await listEntries(ca.store, partition, certificates, { limit: 1_000 });
      const left = after.find(({ key }) => !before.some((known) => known.key === key));
      return `${arn}/certificate/${left?.key}`;
    },
    async revoke(serialNumber) {
      await ACTIONS.RevokeCertificate(ca, {
        CertificateAuthorityArn: arn,
        CertificateSerial: Buffer.from(serialNumber).toString('hex'),
        RevocationReason: 'CESSATION_OF_OPERATION',
      });
    },
  };
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
