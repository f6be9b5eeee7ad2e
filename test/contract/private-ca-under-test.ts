import { createEmbeddedIssuer } from '../../src/issuer/embedded/embedded-issuer.ts';
import type { IssueRequest, Issuer } from '../../src/issuer/issuer.ts';
import { ACTIONS } from '../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../src/private-ca/activate-root.ts';
import type { KeyAlgorithm } from '../../src/private-ca/model/key-algorithms.ts';
import { authorityArn, authorityIdOf } from '../../src/private-ca/model/private-ca-arns.ts';
import type { PrivateCa } from '../../src/private-ca/private-ca.ts';
import { authorityPartition } from '../../src/private-ca/records/authority-record.ts';
import { certificates } from '../../src/private-ca/records/certificate-record.ts';
import { listEntries } from '../../src/store/collection.ts';
import type { SigningAlgorithm } from '../../src/x509/signing-algorithm.ts';
import { rewindIssuance } from '../support/servers/rewind-issuance.ts';
import type { IssuerUnderTest } from './issuer-contract.ts';

/** An issuer whose authorities are in the test's own private CA, however the issuer reaches it. */
export async function privateCaUnderTest(
  ca: PrivateCa,
  issuer: Issuer,
  keyAlgorithm: KeyAlgorithm,
  signingAlgorithm: SigningAlgorithm,
): Promise<IssuerUnderTest> {
  const configuration = { keyAlgorithm, signingAlgorithm, subject: { CommonName: 'Contract CA' } };
  const validity = { Type: 'YEARS', Value: 10 } as const;
  const arn = await activateRoot(ca, { ...configuration, name: 'contract', validity });
  const partition = authorityPartition(authorityIdOf(ca.scope, arn));
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
    unknownAuthorityArn: authorityArn(ca.scope, '00000000-0000-4000-8000-000000000000'),
    pendingAuthorityArn: pending.CertificateAuthorityArn,
    async countIssued() {
      return (await listEntries(ca.store, partition, certificates, { limit: 1_000 })).length;
    },
    async leaveInProgress(request: IssueRequest) {
      const certificateArn = await createEmbeddedIssuer(ca).issueCertificate(request);
      await rewindIssuance(ca, arn, certificateArn.slice(-32), signingAlgorithm);
      return certificateArn;
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
