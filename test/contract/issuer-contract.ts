import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { OID } from '../../src/asn1/object-identifiers.ts';
import { encodePem } from '../../src/asn1/pem.ts';
import { derOctetString } from '../../src/asn1/write-der.ts';
import { DAY_MS } from '../../src/durations.ts';
import { type IssueRequest, type Issuer, IssuerError } from '../../src/issuer/issuer.ts';
import type { Passthrough } from '../../src/issuer/passthrough.ts';
import { basicConstraintsExtension } from '../../src/x509/basic-constraints.ts';
import { buildCertificationRequest } from '../../src/x509/build-certification-request.ts';
import { extendedKeyUsageExtension } from '../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../src/x509/extensions.ts';
import { derGeneralNames } from '../../src/x509/general-names.ts';
import { isIssuedBy } from '../../src/x509/is-issued-by.ts';
import { keyUsageExtension } from '../../src/x509/key-usage.ts';
import { type Certificate, parseCertificate } from '../../src/x509/parse-certificate.ts';
import { parseCrl } from '../../src/x509/parse-crl.ts';
import { parseDistinguishedNameText } from '../../src/x509/parse-distinguished-name-text.ts';
import { createSigner } from '../../src/x509/signing-algorithm.ts';
import { verifyChain } from '../support/clients/openssl.ts';
import { ecKeyPair } from '../support/keys/sample-keys.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

/** An issuer over a backend that the suite can put into certain states. */
export interface IssuerUnderTest {
  readonly issuer: Issuer;
  /** An ACTIVE root that is valid for more than a year. */
  readonly authorityArn: string;
  /** Well-formed, but no such authority exists. */
  readonly unknownAuthorityArn: string;
  /** An authority that has no certificate yet. */
  readonly pendingAuthorityArn: string;
  /** How many certificates the backend has issued so far. */
  countIssued(): Promise<number>;
  /** Leaves a certificate half issued, as a slow or dead backend does. Returns its ARN. */
  leaveInProgress(request: IssueRequest): Promise<string>;
  /** Makes the authority revoke a certificate and waits until its CRL contains it. */
  revoke(serialNumber: Uint8Array): Promise<void>;
}

const UNKNOWN = { serialNumber: Buffer.of(5), extensions: [] };
const keys = ecKeyPair();
const sign = createSigner(keys.privateKey, 'SHA256WITHECDSA');
const subjectAltName: Extension = {
  oid: OID.subjectAltName,
  critical: false,
  value: derGeneralNames([{ kind: 'dNSName', value: 'device.example' }]),
};

const foreign: Extension = {
  oid: '1.3.6.1.4.1.99999.1',
  critical: false,
  value: derOctetString(Buffer.of(1)),
};
const added = (...extensions: Extension[]): Passthrough => ({
  csrExtensions: 'copied',
  extensions,
});

/** What enrolment relies on with every issuer. A test of each adapter runs it. */
export function issuerContract(open: () => Promise<IssuerUnderTest>): void {
  let subject: IssuerUnderTest;
  let tokens = 0;

  beforeAll(async () => {
    subject = await open();
  });

  function request(changes: Partial<IssueRequest> = {}): IssueRequest {
    tokens += 1;
    return {
      authorityArn: subject.authorityArn,
      csr: csrWith([subjectAltName]),
      notAfter: new Date(Math.floor(Date.now() / 1_000 + 30 * 86_400) * 1_000),
      idempotencyToken: `token-${tokens}`,
      ...changes,
    };
  }

  async function issue(changes: Partial<IssueRequest> = {}): Promise<Certificate> {
    const certificateArn = await subject.issuer.issueCertificate(request(changes));
    const issued = await subject.issuer.getCertificate(subject.authorityArn, certificateArn);
    if (issued === undefined) throw new Error('the certificate is still being issued');
    return parseCertificate(Buffer.from(issued.certificate));
  }

  describe('describeAuthority', () => {
    it('returns an active root with its certificate and no chain', async () => {
      const authority = await subject.issuer.describeAuthority(subject.authorityArn);
      expect(authority).toMatchObject({ arn: subject.authorityArn, status: 'ACTIVE', chain: [] });
      const certificate = new X509Certificate(authority.certificate);
      expect(certificate.ca).toBe(true);
      expect(certificate.verify(certificate.publicKey)).toBe(true);
    });

    it('reports an unknown authority as not found', async () => {
      const describing = subject.issuer.describeAuthority(subject.unknownAuthorityArn);
      await expect(describing).rejects.toMatchObject({ name: 'IssuerError', fault: 'not-found' });
    });
  });

  describe('issueCertificate', () => {
    it('issues what the request asks for, in a chain that OpenSSL accepts', async () => {
      const wanted = request({ passthrough: added(extendedKeyUsageExtension([OID.clientAuth])) });
      const certificateArn = await subject.issuer.issueCertificate(wanted);
      expect(certificateArn).toMatch(
        new RegExp(`^${subject.authorityArn}/certificate/[0-9a-f]{32}$`),
      );
      const issued = await subject.issuer.getCertificate(subject.authorityArn, certificateArn);
      const certificate = new X509Certificate(issued?.certificate ?? Buffer.alloc(0));
      expect(certificate.subject).toBe('O=Lab\nCN=device');
      expect(certificate.subjectAltName).toBe('DNS:device.example');
      expect(certificate.keyUsage).toEqual([OID.clientAuth]);
      expect(new Date(certificate.validTo)).toEqual(wanted.notAfter);
      const directory = tempDirectory();
      const [leaf, root] = [path.join(directory, 'leaf.pem'), path.join(directory, 'root.pem')];
      writeFileSync(leaf, certificate.toString());
      writeFileSync(root, encodePem('CERTIFICATE', issued?.chain.at(-1) ?? Buffer.alloc(0)));
      expect(await verifyChain(leaf, root)).toMatch(/OK$/);
    });

    it('starts validity an hour ago by default, or when the request says', async () => {
      const { notBefore } = await issue();
      expect(Math.abs(Date.now() - 3_600_000 - notBefore.getTime())).toBeLessThan(60_000);
      const told = new Date(Math.floor(Date.now() / 1_000) * 1_000 - 60_000);
      expect((await issue({ notBefore: told })).notBefore).toEqual(told);
    });

    it('copies the extensions of the CSR', async () => {
      const usage = keyUsageExtension(['digitalSignature']);
      const csr = csrWith([usage, subjectAltName, foreign]);
      const { extensions } = await issue({ csr });
      expect(extensions).toEqual(expect.arrayContaining([usage, subjectAltName, foreign]));
    });

    it('adds to the extensions of the CSR, or puts others in the place of some', async () => {
      const wide = keyUsageExtension(['digitalSignature', 'keyAgreement']);
      const narrow = keyUsageExtension(['digitalSignature']);
      const csr = csrWith([wide, subjectAltName, foreign]);
      const purposes = extendedKeyUsageExtension([OID.clientAuth, '1.2.3.4']);
      const { extensions } = await issue({ csr, passthrough: added(narrow, purposes) });
      expect(extensions).toEqual(
        expect.arrayContaining([narrow, purposes, subjectAltName, foreign]),
      );
      expect(extensions).not.toContainEqual(wide);
    });

    it('ignores the extensions of the CSR, but not its names', async () => {
      const csr = csrWith([keyUsageExtension(['keyAgreement']), subjectAltName, foreign]);
      const passed = [
        keyUsageExtension(['digitalSignature']),
        extendedKeyUsageExtension([OID.clientAuth]),
        { ...foreign, oid: '1.3.6.1.4.1.99999.2' },
      ];
      const passthrough = { csrExtensions: 'ignored', extensions: passed } as const;
      const { extensions } = await issue({ csr, passthrough });
      expect(extensions).toEqual(expect.arrayContaining([...passed, subjectAltName]));
      expect(extensions).not.toContainEqual(foreign);
    });

    it('takes every kind of name, in place of those of the CSR', async () => {
      const value = derGeneralNames([
        { kind: 'dNSName', value: 'other.example' },
        { kind: 'rfc822Name', value: 'a@example.com' },
        { kind: 'iPAddress', value: '192.0.2.1' },
        { kind: 'uniformResourceIdentifier', value: 'urn:uuid:1' },
        { kind: 'userPrincipalName', value: 'a@corp.example' },
      ]);
      const long = `urn:x:${'a'.repeat(300)}`;
      const longer = derGeneralNames([{ kind: 'uniformResourceIdentifier', value: long }]);
      for (const names of [value, longer]) {
        const { extensions } = await issue({
          passthrough: added({ ...subjectAltName, value: names }),
        });
        expect(extensions).toContainEqual({ ...subjectAltName, value: names });
        expect(extensions).not.toContainEqual(subjectAltName);
      }
    });

    it('issues a certificate without a subject, with a critical subjectAltName', async () => {
      const critical = { ...subjectAltName, critical: true };
      const csr = csrWith([subjectAltName], '');
      const { extensions } = await issue({ csr, passthrough: added(critical) });
      expect(extensions).toContainEqual(critical);
    });

    it('issues without an empty subjectAltName', async () => {
      const empty = { ...subjectAltName, value: Buffer.from('3000', 'hex') };
      const { extensions } = await issue({ csr: csrWith([empty]) });
      expect(extensions.map(({ oid }) => oid)).not.toContain(OID.subjectAltName);
    });

    it('never issues an authority, whatever the CSR says', async () => {
      const csr = csrWith([basicConstraintsExtension({ ca: true }, true), subjectAltName]);
      const { extensions } = await issue({ csr });
      const constraints = extensions.find(({ oid }) => oid === OID.basicConstraints);
      expect(constraints).toMatchObject(basicConstraintsExtension({ ca: false }, false));
    });

    it('gives every certificate a different serial number of up to 128 bits', async () => {
      const certificates = await Promise.all(Array.from({ length: 20 }, () => issue()));
      const serials = certificates.map(({ serialNumber }) => Buffer.from(serialNumber));
      expect(new Set(serials.map((serial) => serial.toString('hex'))).size).toBe(20);
      for (const serial of serials) expect(serial.length).toBeLessThanOrEqual(17);
    });

    it('issues one certificate for 50 equal calls at once', async () => {
      const before = await subject.countIssued();
      const wanted = request();
      const arns = await Promise.all(
        Array.from({ length: 50 }, () => subject.issuer.issueCertificate(wanted)),
      );
      expect(new Set(arns).size).toBe(1);
      const [arn = ''] = arns;
      const answers = await Promise.all(
        arns.map(() => subject.issuer.getCertificate(subject.authorityArn, arn)),
      );
      const bytes = answers.map((answer) => Buffer.from(answer?.certificate ?? []).toString('hex'));
      expect(new Set(bytes).size).toBe(1);
      expect(await subject.countIssued()).toBe(before + 1);
    });

    it('returns the same certificate for a token again, and a new one for a new token', async () => {
      const wanted = request();
      const first = await subject.issuer.issueCertificate(wanted);
      expect(await subject.issuer.issueCertificate(wanted)).toBe(first);
      expect(await subject.issuer.issueCertificate(request())).not.toBe(first);
    });

    it('finishes a certificate left in progress when the call is repeated', async () => {
      const wanted = request();
      const arn = await subject.leaveInProgress(wanted);
      expect(await subject.issuer.getCertificate(subject.authorityArn, arn)).toBeUndefined();
      expect(await subject.issuer.issueCertificate(wanted)).toBe(arn);
      const issued = await subject.issuer.getCertificate(subject.authorityArn, arn);
      const serial = new X509Certificate(issued?.certificate ?? Buffer.alloc(0)).serialNumber;
      expect(serial.toLowerCase().padStart(32, '0')).toBe(arn.slice(-32));
    });

    it('issues up to the last second of the authority and not beyond', async () => {
      const authority = await subject.issuer.describeAuthority(subject.authorityArn);
      const { notAfter } = parseCertificate(authority.certificate);
      expect((await issue({ notAfter })).notAfter).toEqual(notAfter);
      const beyond = new Date(notAfter.getTime() + 1_000);
      await expect(issue({ notAfter: beyond })).rejects.toMatchObject({ fault: 'invalid-request' });
    });

    const broken = Buffer.from(csrWith([subjectAltName]));
    broken[broken.length - 5] = (broken[broken.length - 5] ?? 0) ^ 1;
    it.each<[string, Partial<IssueRequest>]>([
      ['a CSR whose signature does not verify', { csr: broken }],
      ['bytes that are no CSR', { csr: Buffer.from('3000', 'hex') }],
      ['a CSR that names nobody', { csr: csrWith([], '') }],
      ['a validity that is over', { notAfter: new Date(Date.now() - DAY_MS) }],
      ['a token that is too long', { idempotencyToken: 'x'.repeat(37) }],
    ])('refuses %s', async (_, changes) => {
      const before = await subject.countIssued();
      const refused = issue(changes);
      await expect(refused).rejects.toBeInstanceOf(IssuerError);
      await expect(refused).rejects.toMatchObject({ fault: 'invalid-request' });
      expect(await subject.countIssued()).toBe(before);
    });

    it('asks the CA until the given deadline and not after it', async () => {
      const before = await subject.countIssued();
      const late = subject.issuer.issueCertificate(request({ askUntil: Date.now() - 1 }));
      await expect(late).rejects.toMatchObject({ fault: 'unavailable' });
      expect(await subject.countIssued()).toBe(before);
      await issue({ askUntil: Date.now() + DAY_MS });
    });

    it('refuses an authority that does not exist or is not active', async () => {
      const unknown = issue({ authorityArn: subject.unknownAuthorityArn });
      await expect(unknown).rejects.toMatchObject({ fault: 'not-found' });
      const pending = issue({ authorityArn: subject.pendingAuthorityArn });
      await expect(pending).rejects.toMatchObject({ fault: 'not-active' });
    });
  });

  describe('getCertificate', () => {
    it('reports an unknown certificate as not found', async () => {
      const arn = `${subject.authorityArn}/certificate/${'0'.repeat(32)}`;
      const getting = subject.issuer.getCertificate(subject.authorityArn, arn);
      await expect(getting).rejects.toMatchObject({ name: 'IssuerError', fault: 'not-found' });
    });
  });

  describe('revocationReasonOf and getRevocationList', () => {
    const readList = async () => {
      const der = await subject.issuer.getRevocationList(subject.authorityArn);
      if (der === undefined) throw new Error('the authority keeps no CRL');
      return parseCrl(der);
    };
    const without0 = (serial: Uint8Array) => Buffer.from(serial).toString('hex').replace(/^0+/, '');

    it('report a revoked certificate and no other', async () => {
      const { revocationReasonOf } = subject.issuer;
      const [revoked, valid] = [await issue(), await issue()];
      expect(await revocationReasonOf(subject.authorityArn, revoked)).toBeUndefined();
      await subject.revoke(revoked.serialNumber);
      expect(await revocationReasonOf(subject.authorityArn, revoked)).toBe('cessationOfOperation');
      const longer = Buffer.concat([Buffer.alloc(3), revoked.serialNumber]);
      expect(
        await revocationReasonOf(subject.authorityArn, { ...revoked, serialNumber: longer }),
      ).toBe('cessationOfOperation');
      expect(await revocationReasonOf(subject.authorityArn, valid)).toBeUndefined();
      const listed = (await readList()).revoked.map((entry) => without0(entry.serialNumber));
      expect(listed).toContain(without0(revoked.serialNumber));
      expect(listed).not.toContain(without0(valid.serialNumber));
    });

    it('do not report a certificate of another authority', async () => {
      const { revocationReasonOf } = subject.issuer;
      expect(await revocationReasonOf(subject.authorityArn, UNKNOWN)).toBeUndefined();
    });

    it('return a CRL that the authority signed and that is valid now', async () => {
      const authority = await subject.issuer.describeAuthority(subject.authorityArn);
      const crl = await readList();
      expect(isIssuedBy(crl, parseCertificate(authority.certificate))).toBe(true);
      expect(crl.thisUpdate.getTime()).toBeLessThanOrEqual(Date.now());
      expect(crl.nextUpdate?.getTime()).toBeGreaterThan(Date.now());
    });

    it('report an unknown authority as not found', async () => {
      const { revocationReasonOf, getRevocationList } = subject.issuer;
      const notFound = { name: 'IssuerError', fault: 'not-found' };
      const asking = revocationReasonOf(subject.unknownAuthorityArn, UNKNOWN);
      await expect(asking).rejects.toMatchObject(notFound);
      const getting = getRevocationList(subject.unknownAuthorityArn);
      await expect(getting).rejects.toMatchObject(notFound);
    });
  });
}

function csrWith(extensions: readonly Extension[], name = 'CN=device,O=Lab'): Uint8Array {
  const subject = name === '' ? Buffer.from('3000', 'hex') : parseDistinguishedNameText(name);
  const fields = { subject, subjectPublicKeyInfo: keys.spki, extensions };
  return buildCertificationRequest(fields, 'SHA256WITHECDSA', sign);
}
