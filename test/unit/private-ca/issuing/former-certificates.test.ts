import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { decodePem, encodePem } from '../../../../src/asn1/pem.ts';
import { derContext, derSequence } from '../../../../src/asn1/write-der.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { certificateArn } from '../../../../src/private-ca/model/private-ca-arns.ts';
import type { PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import {
  AUTHORITY_KEY,
  authorities,
  authorityPartition,
} from '../../../../src/private-ca/records/authority-record.ts';
import { getEntry } from '../../../../src/store/collection.ts';
import { basicConstraintsExtension } from '../../../../src/x509/basic-constraints.ts';
import { type CertificateFields, signCertificate } from '../../../../src/x509/build-certificate.ts';
import { derOcspRequest, ocspQuestion } from '../../../../src/x509/build-ocsp-request.ts';
import type { Extension } from '../../../../src/x509/extensions.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifierOf,
  subjectKeyIdentifierExtension,
} from '../../../../src/x509/key-identifier.ts';
import { keyUsageExtension } from '../../../../src/x509/key-usage.ts';
import { parseCertificate } from '../../../../src/x509/parse-certificate.ts';
import { parseCertificationRequest } from '../../../../src/x509/parse-certification-request.ts';
import { parseDistinguishedNameText } from '../../../../src/x509/parse-distinguished-name-text.ts';
import { parseOcspResponse } from '../../../../src/x509/parse-ocsp-response.ts';
import { createSigner } from '../../../../src/x509/signing-algorithm.ts';
import { verifyChain } from '../../../support/clients/openssl.ts';
import { ecKeyPair } from '../../../support/keys/sample-keys.ts';
import { createTestAuthority } from '../../../support/servers/create-test-authority.ts';
import { issueTestCertificate } from '../../../support/servers/open-revoking-ca.ts';
import { openTestPrivateCa } from '../../../support/servers/open-test-private-ca.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

const parent = { keys: ecKeyPair(), subject: parseDistinguishedNameText('CN=Parent') };
let ca: PrivateCa;
let arn: { readonly CertificateAuthorityArn: string };
let csr: ReturnType<typeof parseCertificationRequest>;
let serials = 0;

beforeEach(async () => {
  ca = openTestPrivateCa();
  arn = await createTestAuthority(ca, { CertificateAuthorityType: 'SUBORDINATE' });
  const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, arn);
  const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE REQUEST', Csr);
  csr = parseCertificationRequest(der);
});

function byParent(changes: Partial<CertificateFields>): Uint8Array {
  serials += 1;
  return signCertificate(
    {
      serialNumber: Buffer.of(1, serials),
      signingAlgorithm: 'SHA256WITHECDSA',
      issuer: parent.subject,
      subject: parent.subject,
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2050-01-01T00:00:00Z'),
      subjectPublicKeyInfo: parent.keys.spki,
      extensions: authority(keyIdentifierOf(parent.keys.spki)),
      ...changes,
    },
    createSigner(parent.keys.privateKey, 'SHA256WITHECDSA'),
  );
}

/** The extensions of an authority's certificate. */
function authority(keyIdentifier: Uint8Array, pathLength?: number, ...more: Extension[]) {
  return [
    basicConstraintsExtension({ ca: true, ...(pathLength !== undefined && { pathLength }) }, true),
    keyUsageExtension(['keyCertSign', 'cRLSign']),
    subjectKeyIdentifierExtension(keyIdentifier),
    authorityKeyIdentifierExtension(keyIdentifierOf(parent.keys.spki)),
    ...more,
  ];
}

const root = encodePem('CERTIFICATE', byParent({}));

/** The parent gives the authority a certificate, which is imported. */
async function certify(changes: Partial<CertificateFields> = {}): Promise<string> {
  const { subject, subjectPublicKeyInfo } = csr;
  const extensions = authority(keyIdentifierOf(subjectPublicKeyInfo));
  const der = byParent({ subject, subjectPublicKeyInfo, extensions, ...changes });
  const pem = encodePem('CERTIFICATE', der);
  await ACTIONS.ImportCertificateAuthorityCertificate(ca, {
    ...arn,
    Certificate: Buffer.from(pem),
    CertificateChain: Buffer.from(root),
  });
  return pem;
}

async function issue(): Promise<string> {
  return certificateArn(
    arn.CertificateAuthorityArn,
    await issueTestCertificate(ca, arn.CertificateAuthorityArn),
  );
}

/** What OpenSSL says of what GetCertificate gives. */
async function verify(CertificateArn: string): Promise<string> {
  const { Certificate, CertificateChain = '' } = await get(CertificateArn);
  const directory = tempDirectory();
  const [leaf, chain, anchor] = ['leaf', 'chain', 'root'].map((name) => path.join(directory, name));
  if (!leaf || !chain || !anchor) throw new Error('unreachable');
  writeFileSync(leaf, Certificate);
  writeFileSync(chain, CertificateChain);
  writeFileSync(anchor, root);
  return verifyChain(leaf, anchor, chain);
}

const get = (CertificateArn: string) => ACTIONS.GetCertificate(ca, { ...arn, CertificateArn });

const renamed = { subject: parseDistinguishedNameText('CN=Renamed') };
const excluding: Extension = {
  oid: OID.nameConstraints,
  critical: true,
  value: derSequence(
    derContext(1, derSequence(derContext(4, parseDistinguishedNameText('CN=device')))),
  ),
};

describe('GetCertificate after another certificate was imported for the authority', () => {
  it.each<[string, () => Partial<CertificateFields>]>([
    ['of another name', () => renamed],
    ['of another key identifier', () => ({ extensions: authority(Buffer.alloc(20, 9)) })],
  ])('%s returns the chain under which each certificate verifies', async (_, changes) => {
    const first = await certify();
    const before = await issue();
    const second = await certify(changes());
    expect((await get(before)).CertificateChain).toBe((first + root).trimEnd());
    expect(await verify(before)).toMatch(/OK$/);
    const after = await issue();
    expect((await get(after)).CertificateChain).toBe((second + root).trimEnd());
    expect(await verify(after)).toMatch(/OK$/);
  });

  it('that excludes the name returns the earlier chain', async () => {
    const first = await certify();
    const before = await issue();
    await certify({
      extensions: authority(keyIdentifierOf(csr.subjectPublicKeyInfo), 0, excluding),
    });
    expect((await get(before)).CertificateChain).toBe((first + root).trimEnd());
    expect(await verify(before)).toMatch(/OK$/);
    await expect(issue()).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it('that differs only in its lifetime returns the new chain', async () => {
    await certify({ notAfter: new Date('2040-01-01T00:00:00Z') });
    const before = await issue();
    const second = await certify();
    expect((await get(before)).CertificateChain).toBe((second + root).trimEnd());
    expect(await verify(before)).toMatch(/OK$/);
    const partition = authorityPartition(arn.CertificateAuthorityArn.slice(-36));
    const record = await getEntry(ca.store, partition, authorities, AUTHORITY_KEY);
    expect(record?.value).not.toHaveProperty('formerly');
  });

  it('keeps each certificate once, the present one first', async () => {
    await certify();
    const before = await issue();
    await certify(renamed);
    await certify(renamed);
    const present = await certify();
    expect((await get(before)).CertificateChain).toBe((present + root).trimEnd());
    await certify(renamed);
    expect((await get(before)).CertificateChain).toBe((present + root).trimEnd());
  });
});

it('OCSP answers for every name that the authority has had', async () => {
  const first = await certify();
  const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE', first);
  const serial = Buffer.from((await issue()).slice(-32), 'hex');
  await certify(renamed);
  const request = derOcspRequest(ocspQuestion(parseCertificate(der), serial));
  const { der: answer } = await ca.ocspResponder.answer(request);
  expect(parseOcspResponse(answer).statuses.map(({ status }) => status)).toEqual(['good']);
});
