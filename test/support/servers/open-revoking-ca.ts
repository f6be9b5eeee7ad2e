import { encodePem } from '../../../src/asn1/pem.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../src/private-ca/activate-root.ts';
import type { PrivateCa } from '../../../src/private-ca/private-ca.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { buildCertificationRequest } from '../../../src/x509/build-certification-request.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { createSigner, type SigningAlgorithm } from '../../../src/x509/signing-algorithm.ts';
import { openInMemoryRecordStore } from '../fakes/in-memory-record-store.ts';
import { ecKeyPair } from '../keys/sample-keys.ts';
import { openTestPrivateCa } from './open-test-private-ca.ts';

const { spki, privateKey } = ecKeyPair();

/** A private CA with an ACTIVE root that is valid for five years. */
export async function openRevokingCa(
  clock: () => number,
  store: RecordStore = openInMemoryRecordStore(clock),
): Promise<{ readonly ca: PrivateCa; readonly arn: string }> {
  const ca = openTestPrivateCa({ clock, store });
  const arn = await activateRoot(ca, {
    name: 'revoking',
    keyAlgorithm: 'EC_prime256v1',
    signingAlgorithm: 'SHA256WITHECDSA',
    subject: { CommonName: 'Revoking Root' },
    validity: { Type: 'YEARS', Value: 5 },
  });
  return { ca, arn };
}

/** Issues a certificate and returns its serial number as 32 hexadecimal digits. */
export async function issueTestCertificate(
  ca: PrivateCa,
  arn: string,
  days = 30,
  signingAlgorithm: SigningAlgorithm = 'SHA256WITHECDSA',
): Promise<string> {
  const subject = parseDistinguishedNameText('CN=device');
  const fields = { subject, subjectPublicKeyInfo: spki, extensions: [] };
  const sign = createSigner(privateKey, 'SHA256WITHECDSA');
  const csr = buildCertificationRequest(fields, 'SHA256WITHECDSA', sign);
  const { CertificateArn } = await ACTIONS.IssueCertificate(ca, {
    CertificateAuthorityArn: arn,
    Csr: Buffer.from(encodePem('CERTIFICATE REQUEST', csr)),
    SigningAlgorithm: signingAlgorithm,
    Validity: { Type: 'DAYS', Value: days },
  });
  return CertificateArn.slice(-32);
}
