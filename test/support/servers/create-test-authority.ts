import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import type { PrivateCa } from '../../../src/private-ca/private-ca.ts';

/** The input of CreateCertificateAuthority for a root on P-256. */
export const ROOT_INPUT = {
  CertificateAuthorityType: 'ROOT',
  CertificateAuthorityConfiguration: {
    KeyAlgorithm: 'EC_prime256v1',
    SigningAlgorithm: 'SHA256WITHECDSA',
    Subject: { CommonName: 'Test CA' },
  },
};

/** An authority that has its key: PENDING_CERTIFICATE. */
export async function createTestAuthority(
  ca: PrivateCa,
  changes: object = {},
): Promise<{ readonly CertificateAuthorityArn: string }> {
  const arn = await ACTIONS.CreateCertificateAuthority(ca, { ...ROOT_INPUT, ...changes });
  await ca.creation.finish(arn.CertificateAuthorityArn.slice(-36));
  return arn;
}
