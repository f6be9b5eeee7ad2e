// What two linters that others wrote, zlint and pkilint, say of one certificate of each kind, and
// of a CRL. Both judge by the RFCs alone: no CA of this server is one of the public web.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { OID } from '../../src/asn1/object-identifiers.ts';
import { encodePem } from '../../src/asn1/pem.ts';
import { handlePkiOperation } from '../../src/enrolment/handle-pki-operation.ts';
import { ACTIONS } from '../../src/private-ca/actions/actions.ts';
import { findAuthority } from '../../src/private-ca/authority/find-authority.ts';
import { extendedKeyUsageExtension } from '../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../src/x509/extensions.ts';
import { derGeneralNames } from '../../src/x509/general-names.ts';
import type { Certificate } from '../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../src/x509/parse-distinguished-name-text.ts';
import { ecKeyPair } from '../support/keys/sample-keys.ts';
import { issuedCertificate } from '../support/scep-messages/read-reply.ts';
import { deviceCsr, deviceRequest, makeDevice } from '../support/scep-messages/test-device.ts';
import { type EmbeddedWorld, makeEmbeddedWorld } from '../support/servers/embedded-world.ts';
import { activateTestRoot, activateTestSubordinate } from '../support/servers/issuing-ca.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ZLINT = path.join(ROOT, '.cache/go/bin/zlint');
const PKILINT = path.join(ROOT, '.cache/pkilint/bin');
const RFCS = 'RFC3279,RFC5280,RFC5480,RFC5891,RFC8813';

/** Findings that are meant, with the reason. */
const ACCEPTED: Readonly<Record<string, string>> = {
  'e_key_usage_and_extended_key_usage_inconsistent: error':
    'RSA keys get keyEncipherment by default beside clientAuth: devices use one certificate for everything, and peers do the same. RFC 5280 section 4.2.1.12 leaves open which usages are consistent',
};

const present = existsSync(ZLINT) && existsSync(PKILINT);
if (!present) {
  const reason = 'zlint or pkilint not found; test/soak/install.sh installs them';
  if (process.env['CI'] === 'true') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
}

describe.runIf(present)('the linters of others find nothing new in', () => {
  let world: EmbeddedWorld;
  const directory = tempDirectory();
  const certificates = new Map<string, Uint8Array>();
  let crl: Uint8Array;

  beforeAll(async () => {
    world = await makeEmbeddedWorld();
    const { ca, authorityArn } = world;
    const CrlConfiguration = { Enabled: true, ExpirationInDays: 7, S3BucketName: 'crls' };
    await ACTIONS.UpdateCertificateAuthority(ca, {
      CertificateAuthorityArn: authorityArn,
      RevocationConfiguration: { CrlConfiguration, OcspConfiguration: { Enabled: true } },
    });
    const authority = async (arn: string) => {
      const { installed } = (await findAuthority(ca, arn)).value;
      return installed?.certificate ?? new Uint8Array();
    };
    certificates.set('an EC root', await authority(authorityArn));
    const rsa = { KeyAlgorithm: 'RSA_2048', SigningAlgorithm: 'SHA256WITHRSA' };
    const rsaRoot = await activateTestRoot(
      ca,
      { CertificateAuthorityConfiguration: { ...rsa, Subject: { CommonName: 'RSA Root' } } },
      { SigningAlgorithm: 'SHA256WITHRSA' },
    );
    certificates.set('an RSA root', await authority(rsaRoot));
    const template = 'SubordinateCACertificate_PathLen0/V1';
    const subordinate = await activateTestSubordinate(ca, authorityArn, template);
    certificates.set('a subordinate CA', await authority(subordinate));
    certificates.set('an RA', world.ra.der);
    const device = await enrol('CN=device-1,O=Example');
    certificates.set('a device with an RSA key', device.der);
    const ec = makeDevice(ecKeyPair());
    certificates.set('a device with an EC key', (await enrol('CN=device-2', [names()], ec)).der);
    const purposes = extendedKeyUsageExtension([OID.serverAuth, OID.clientAuth]);
    certificates.set('a server', (await enrol('CN=server.example', [names(), purposes])).der);
    certificates.set('a renewal', (await renew(device)).der);
    await ACTIONS.RevokeCertificate(ca, {
      CertificateAuthorityArn: authorityArn,
      CertificateSerial: Buffer.from(device.serialNumber).toString('hex'),
      RevocationReason: 'SUPERSEDED',
    });
    const { value } = await findAuthority(ca, authorityArn);
    crl = (await ca.crls.crlFor(value))?.crl ?? new Uint8Array();
  });

  const names = (): Extension => ({
    ...{ oid: OID.subjectAltName, critical: false },
    value: derGeneralNames([{ kind: 'dNSName', value: 'server.example' }]),
  });
  const holder = makeDevice();

  async function enrol(name: string, extensions: readonly Extension[] = [], device = holder) {
    const csr = deviceCsr(device, {
      ...{ subject: parseDistinguishedNameText(name), extensions },
      challengePassword: world.challengePassword,
    });
    const isEc = device.privateKey.asymmetricKeyType === 'ec';
    const recipient = isEc ? { ...device, challengePassword: world.challengePassword } : device;
    const message = deviceRequest(device, world.ra, csr, { transactionId: name });
    const result = await handlePkiOperation(world.replica(), world.connector, message);
    return issuedCertificate(result, world.ra, recipient);
  }

  async function renew(certificate: Certificate) {
    const signer = { ...holder, certificate };
    const csr = deviceCsr(makeDevice(), { subject: certificate.subject });
    const message = deviceRequest(signer, world.ra, csr, { type: 'RenewalReq' });
    const result = await handlePkiOperation(world.replica(), world.connector, message);
    return issuedCertificate(result, world.ra, signer);
  }

  function run(program: string, ...args: readonly string[]): unknown {
    const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (!stdout.trim().startsWith('{')) throw new Error(`${program}: ${stdout}${stderr}`);
    return JSON.parse(stdout);
  }

  function fileOf(der: Uint8Array, label: 'CERTIFICATE' | 'X509 CRL', name: string): string {
    const file = path.join(directory, `${name.replaceAll(' ', '-')}.pem`);
    writeFileSync(file, encodePem(label, der));
    return file;
  }

  interface PkilintReport {
    readonly results: readonly {
      readonly node_path: string;
      readonly finding_descriptions: readonly {
        readonly code: string;
        readonly severity: string;
      }[];
    }[];
  }

  function byPkilint(tool: string, ...args: readonly string[]): readonly string[] {
    const shown = ['-s', 'WARNING', '-f', 'JSON'];
    const report = run(path.join(PKILINT, tool), 'lint', ...shown, ...args);
    return (report as PkilintReport).results.flatMap(({ finding_descriptions }) =>
      finding_descriptions.map(({ code }) => code),
    );
  }

  function byZlint(file: string): readonly string[] {
    const report = run(ZLINT, '-includeSources', RFCS, file) as Readonly<
      Record<string, { readonly result: string }>
    >;
    const bad = ['notice', 'warn', 'error', 'fatal'];
    return Object.entries(report).flatMap(([lint, { result }]) =>
      bad.includes(result) ? [`${lint}: ${result}`] : [],
    );
  }

  const KINDS = [
    ...['an EC root', 'an RSA root', 'a subordinate CA', 'an RA', 'a device with an RSA key'],
    ...['a device with an EC key', 'a server', 'a renewal'],
  ];

  it.each(KINDS)('the certificate of %s', (kind) => {
    const file = fileOf(certificates.get(kind) ?? new Uint8Array(), 'CERTIFICATE', kind);
    const found = [...byZlint(file), ...byPkilint('lint_pkix_cert', file)];
    expect(found.filter((finding) => !(finding in ACCEPTED))).toEqual([]);
  });

  it('a CRL', () => {
    const found = byPkilint(
      'lint_crl',
      ...['-t', 'CRL', '-p', 'PKIX', fileOf(crl, 'X509 CRL', 'crl')],
    );
    expect(found.filter((finding) => !(finding in ACCEPTED))).toEqual([]);
  });
});
