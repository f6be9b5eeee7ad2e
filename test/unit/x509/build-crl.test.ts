import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { encodePem } from '../../../src/asn1/pem.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { derSigned } from '../../../src/x509/build-certificate.ts';
import {
  CRL_REASONS,
  type CrlFields,
  type CrlReason,
  derRevokedCertificate,
  derTbsCertList,
} from '../../../src/x509/build-crl.ts';
import { isIssuedBy } from '../../../src/x509/is-issued-by.ts';
import { keyIdentifierOf } from '../../../src/x509/key-identifier.ts';
import { parseCrl, parseLongCrl, readReasons } from '../../../src/x509/parse-crl.ts';
import { createSigner } from '../../../src/x509/signing-algorithm.ts';
import { runCommand } from '../../support/clients/run-command.ts';
import { asn1Lines, runOpenssl } from '../../support/clients/run-openssl.ts';
import { makeIdentity } from '../../support/keys/test-authority.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const authority = makeIdentity({ subject: 'CN=CRL Authority', ca: {} });
const revokedAt = new Date('2026-05-30T08:15:30Z');

function buildCrl(changes: Partial<CrlFields> = {}): Buffer {
  const { certificate, privateKey } = authority;
  const tbs = derTbsCertList({
    signingAlgorithm: 'SHA256WITHRSA',
    issuer: certificate.subject,
    issuerKeyIdentifier: keyIdentifierOf(certificate.subjectPublicKeyInfo),
    thisUpdate: new Date(Date.now() - 3_600_000),
    nextUpdate: new Date(Date.now() + 7 * 86_400_000),
    crlNumber: 1_519_676_905_984,
    revoked: [],
    ...changes,
  });
  const signature = createSigner(privateKey, 'SHA256WITHRSA')(tbs);
  return Buffer.from(derSigned(tbs, 'SHA256WITHRSA', signature));
}

function revoked(serial: string, reason: CrlReason = 'unspecified'): Uint8Array {
  return derRevokedCertificate({ serialNumber: Buffer.from(serial, 'hex'), revokedAt, reason });
}

function opensslText(crl: Uint8Array): string {
  return runOpenssl(['crl', '-inform', 'DER', '-noout', '-text'], crl).toString('utf8');
}

describe('derTbsCertList', () => {
  it('makes a v2 CRL whose signature OpenSSL verifies', async () => {
    const directory = tempDirectory();
    const [crlFile, caFile] = [path.join(directory, 'ca.crl'), path.join(directory, 'ca.pem')];
    writeFileSync(crlFile, buildCrl({ revoked: [revoked('01')] }));
    writeFileSync(caFile, encodePem('CERTIFICATE', authority.certificate.der));
    const args = ['crl', '-inform', 'DER', '-in', crlFile, '-CAfile', caFile, '-noout', '-text'];
    const { stdout, stderr } = await runCommand('openssl', args);
    expect(stderr).toContain('verify OK');
    expect(stdout).toContain('Version 2 (0x1)');
    expect(stdout).toContain('Issuer: CN = CRL Authority');
    expect(stdout).toMatch(/X509v3 CRL Number: *\n *1519676905984/);
    expect(stdout).toContain('X509v3 Authority Key Identifier');
  });

  it.each(Object.keys(CRL_REASONS) as CrlReason[])(
    'writes the reason %s as RFC 5280 defines it',
    (reason) => {
      const lines = asn1Lines(buildCrl({ revoked: [revoked('01', reason)] }));
      const hasReason = lines.some((line) => line.includes('X509v3 CRL Reason Code'));
      expect(hasReason).toBe(reason !== 'unspecified');
      const crl = buildCrl({ revoked: [revoked('01', reason)] });
      expect(parseCrl(crl).revoked).toMatchObject([{ reason }]);
    },
  );

  it('writes reasons that OpenSSL reads', () => {
    const text = opensslText(
      buildCrl({ revoked: [revoked('01', 'keyCompromise'), revoked('02', 'privilegeWithdrawn')] }),
    );
    expect(text).toMatch(/Key Compromise[\s\S]*Privilege Withdrawn/);
  });

  it('omits the list when nothing is revoked', () => {
    expect(opensslText(buildCrl())).toContain('No Revoked Certificates.');
    const [tbs] = readBer(buildCrl()).children;
    // version, signature, issuer, thisUpdate, nextUpdate, [0]
    expect(tbs?.children).toHaveLength(6);
  });

  it('writes serial numbers as INTEGERs that are positive', () => {
    const serials = ['8000000000000000000000000000000f', '007f', `${'00'.repeat(16)}2a`];
    const text = opensslText(buildCrl({ revoked: serials.map((serial) => revoked(serial)) }));
    expect([...text.matchAll(/Serial Number: (\S+)/g)].map(([, serial]) => serial)).toEqual([
      '8000000000000000000000000000000F',
      '7F',
      '2A',
    ]);
  });

  it('accepts more entries than a call can have arguments', () => {
    const entry = revoked('01', 'superseded');
    const crl = buildCrl({ revoked: Array.from({ length: 200_000 }, () => entry) });
    expect(crl.length).toBeGreaterThan(200_000 * entry.length);
    expect(() => parseCrl(crl)).toThrow('too many');
    const read = [...readReasons(parseLongCrl(crl).entries)];
    expect(read).toHaveLength(200_000);
  });
});

describe('parseCrl', () => {
  it('reads back a written CRL', () => {
    const nextUpdate = new Date('2051-01-01T00:00:00Z');
    const thisUpdate = new Date('2049-12-31T23:59:59Z');
    const der = buildCrl({ thisUpdate, nextUpdate, revoked: [revoked('00ff', 'superseded')] });
    const crl = parseCrl(der);
    expect(crl).toMatchObject({ issuer: authority.certificate.subject, thisUpdate, nextUpdate });
    expect(crl.revoked).toEqual([
      { serialNumber: Buffer.from('00ff', 'hex'), revokedAt, reason: 'superseded' },
    ]);
    expect(crl.extensions.map(({ oid, critical }) => [oid, critical])).toEqual([
      [OID.authorityKeyIdentifier, false],
      [OID.cRLNumber, false],
    ]);
    expect(isIssuedBy(crl, authority.certificate)).toBe(true);
  });

  it('reads a CRL that OpenSSL made', async () => {
    const directory = tempDirectory();
    const file = (name: string) => path.join(directory, name);
    const config = ['[ca]', 'default_ca=c', '[c]', 'database=index', 'default_md=sha256'];
    writeFileSync(file('openssl.cnf'), [...config, 'default_crl_days=1', ''].join('\n'));
    writeFileSync(
      file('index'),
      'R\t300101000000Z\t260101000000Z,keyCompromise\t0A\tunknown\t/CN=x\n',
    );
    writeFileSync(file('ca.pem'), encodePem('CERTIFICATE', authority.certificate.der));
    const pkcs8 = authority.privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(file('ca.key'), pkcs8);
    const args = ['ca', '-gencrl', '-config', 'openssl.cnf', '-cert', 'ca.pem'];
    const made = await runCommand('openssl', [...args, '-keyfile', 'ca.key', '-out', 'crl.pem'], {
      cwd: directory,
    });
    expect(made.code, made.stderr).toBe(0);
    const crl = parseCrl(runOpenssl(['crl', '-in', file('crl.pem'), '-outform', 'DER']));
    expect(isIssuedBy(crl, authority.certificate)).toBe(true);
    expect(crl.revoked).toEqual([
      {
        serialNumber: Buffer.of(10),
        revokedAt: new Date('2026-01-01T00:00:00Z'),
        reason: 'keyCompromise',
      },
    ]);
  });

  it('makes CRLs whose signature reveals a changed octet', () => {
    const der = buildCrl({ revoked: [revoked('0a')] });
    der[der.indexOf(Buffer.from('02010a', 'hex')) + 2] = 0x0b;
    expect(isIssuedBy(parseCrl(der), authority.certificate)).toBe(false);
  });

  const serial = '02010a';
  const time = `170d${Buffer.from('260530081530Z').toString('hex')}`;
  it.each([
    ['nothing', ''],
    ['no SEQUENCE', '0500'],
    ['an empty SEQUENCE', '3000'],
    ['a certificate', Buffer.from(authority.certificate.der).toString('hex')],
    ['one element too many', `3008${'0500'.repeat(4)}`],
  ])('refuses %s', (_, hex) => {
    expect(() => parseCrl(Buffer.from(hex, 'hex'))).toThrow(
      expect.objectContaining({ name: 'DecodeError' }),
    );
  });

  it('refuses an entry with a critical extension and unknown reasons', () => {
    const entry = (extension: string) => {
      const fields = Buffer.from(`${serial}${time}`, 'hex');
      return Buffer.concat([fields, Buffer.from(extension, 'hex')]);
    };
    const replaced = (extension: string) => {
      const der = buildCrl({ revoked: [revoked('0a', 'superseded')] });
      const at = der.indexOf(entry(''));
      entry(extension).copy(der, at);
      return () => parseCrl(der);
    };
    // All as long as 300c300a0603551d1504030a0104, which is the reason "superseded".
    expect(replaced('300c300a0603551d1504030a0104')).not.toThrow();
    expect(replaced('300c300a0603551d1504030a0107')).toThrow('reason');
    expect(replaced('300c300a0603551d150403020104')).toThrow('reason');
    expect(replaced('300c300a0603551d010101ff0400')).toThrow('critical');
  });
});

describe('readReasons', () => {
  const read = (der: Uint8Array) => [...readReasons(parseLongCrl(der).entries)];

  it('yields those of all entries, in order', () => {
    const entries = [revoked('01'), revoked('00ff', 'superseded'), revoked('02', 'superseded')];
    expect(read(buildCrl({ revoked: entries }))).toEqual(
      (
        [
          ['01', 'unspecified'],
          ['00ff', 'superseded'],
          ['02', 'superseded'],
        ] as const
      ).map(([serial, reason]) => ({ serialNumber: Buffer.from(serial, 'hex'), reason })),
    );
    expect(read(buildCrl())).toEqual([]);
  });

  it('refuses the same entries as parseCrl', () => {
    const whole = buildCrl({ revoked: [revoked('0a', 'superseded'), revoked('0b', 'superseded')] });
    const second = whole.lastIndexOf(Buffer.from('300c300a0603551d1504030a0104', 'hex'));
    const replaced = (at: number, hex: string) => {
      const der = Buffer.from(whole);
      Buffer.from(hex, 'hex').copy(der, at);
      return der;
    };
    for (const der of [
      replaced(second, '300c300a0603551d1504030a0107'),
      replaced(second, '300c300a0603551d010101ff0400'),
      replaced(second, '040c300a0603551d1504030a0104'),
      replaced(second - 15, '040d'),
      replaced(second - 18, '0401'),
      replaced(second - 20, '0520'),
    ]) {
      expect(() => parseCrl(der)).toThrow(DecodeError);
      expect(() => read(der)).toThrow(DecodeError);
    }
  });
});
