import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { parsePolicy } from '../../../src/aws-wire/policy/parse-policy.ts';
import { createAcmPcaIssuer } from '../../../src/issuer/acm-pca/acm-pca-issuer.ts';
import type { Passthrough } from '../../../src/issuer/passthrough.ts';
import { activateRoot } from '../../../src/private-ca/activate-root.ts';
import { buildCertificationRequest } from '../../../src/x509/build-certification-request.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { createSigner } from '../../../src/x509/signing-algorithm.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import { startAcmPcaServer } from '../../support/servers/start-acm-pca-server.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/aws-private-ca.md');
const [, EXAMPLE = ''] = /```json\n(.*?)```/s.exec(readFileSync(PAGE, 'utf8')) ?? [];
const { spki, privateKey } = ecKeyPair();

/** An issuer whose credentials may do what the policy says, with any CA. */
async function issuerWith(policy: string) {
  const anyAuthority = policy.replaceAll(/(certificate-authority\/)[0-9a-f-]{36}/g, '$1*');
  const server = await startAcmPcaServer({}, parsePolicy(anyAuthority));
  onTestFinished(() => server.stop());
  const authorityArn = await activateRoot(server.ca, {
    name: 'docs',
    keyAlgorithm: 'EC_prime256v1',
    signingAlgorithm: 'SHA256WITHECDSA',
    subject: { CommonName: 'Docs Root' },
    validity: { Type: 'YEARS', Value: 5 },
  });
  await server.configureRevocation(authorityArn);
  const issuer = createAcmPcaIssuer({
    ...{ endpoint: server.endpoint, credentials: server.credentials, store: server.store },
    ...{ certificatesPerSecond: 25, clock: Date.now, report: () => undefined },
  });
  return { issuer, authorityArn };
}

/** Makes each call of the issuer. */
async function enrol(
  { issuer, authorityArn }: Awaited<ReturnType<typeof issuerWith>>,
  template: Passthrough['csrExtensions'] = 'copied',
) {
  await issuer.describeAuthority(authorityArn);
  const subject = parseDistinguishedNameText('CN=device');
  const fields = { subject, subjectPublicKeyInfo: spki, extensions: [] };
  const sign = createSigner(privateKey, 'SHA256WITHECDSA');
  const arn = await issuer.issueCertificate({
    authorityArn,
    csr: buildCertificationRequest(fields, 'SHA256WITHECDSA', sign),
    notAfter: new Date(Date.now() + 86_400_000),
    passthrough: {
      csrExtensions: template,
      extensions: [extendedKeyUsageExtension([OID.clientAuth])],
    },
    idempotencyToken: `docs-${template}`,
  });
  const issued = await issuer.getCertificate(authorityArn, arn);
  const certificate = parseCertificate(issued?.certificate ?? Buffer.alloc(0));
  expect(await issuer.revocationReasonOf(authorityArn, certificate)).toBeUndefined();
  expect(await issuer.getRevocationList(authorityArn)).toBeDefined();
}

it.each(['copied', 'ignored'] as const)(
  'needs no more than the policy of docs/aws-private-ca.md to enrol with extensions %s',
  async (template) => {
    await enrol(await issuerWith(EXAMPLE), template);
  },
);

it.each([
  'IssueCertificate',
  'DescribeCertificateAuthority',
  'GetCertificate',
  'GetCertificateAuthorityCertificate',
])('names %s in the error when the policy lacks it', async (action) => {
  const lacking = await issuerWith(EXAMPLE.replace(`"acm-pca:${action}"`, '"acm-pca:ListTags"'));
  const enrolling = enrol(lacking);
  await expect(enrolling).rejects.toMatchObject({ name: 'IssuerError', fault: 'access-denied' });
  await expect(enrolling).rejects.toThrow(`allow acm-pca:${action} on ${lacking.authorityArn}`);
});
