import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Crypto } from '@peculiar/webcrypto';
import { CryptoEngine, Certificate as PkijsCertificate } from 'pkijs';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { encodePem } from '../../../src/asn1/pem.ts';
import { basicConstraintsExtension } from '../../../src/x509/basic-constraints.ts';
import {
  buildSelfSignedCertificate,
  signCertificate,
} from '../../../src/x509/build-certificate.ts';
import { derName } from '../../../src/x509/distinguished-name.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifierOf,
  subjectKeyIdentifierExtension,
} from '../../../src/x509/key-identifier.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import {
  createSigner,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from '../../../src/x509/signing-algorithm.ts';
import { verifyChain } from '../../support/clients/openssl.ts';
import { sampleCertificate, sampleFields } from '../../support/keys/sample-certificate.ts';
import { ecKeyPair, rsaKeyPair } from '../../support/keys/sample-keys.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const rsa = rsaKeyPair();
const ec = ecKeyPair();
const webcrypto = new Crypto();
const judge = new CryptoEngine({ name: 'judge', crypto: webcrypto });

const rootExtensions = [
  basicConstraintsExtension({ ca: true }, true),
  subjectKeyIdentifierExtension(keyIdentifierOf(rsa.spki)),
  keyUsageExtension(['digitalSignature', 'keyCertSign', 'cRLSign']),
];

describe('signCertificate', () => {
  it.each(Object.keys(SIGNING_ALGORITHMS) as SigningAlgorithm[])(
    'signs with %s in a way that pkijs verifies',
    async (signingAlgorithm) => {
      const keys = SIGNING_ALGORITHMS[signingAlgorithm].keyType === 'rsa' ? rsa : ec;
      const certificate = PkijsCertificate.fromBER(sampleCertificate(keys, { signingAlgorithm }));
      expect(await certificate.verify(certificate, judge)).toBe(true);
    },
  );

  it('makes a chain that OpenSSL accepts strictly', async () => {
    const root = sampleCertificate(rsa, { extensions: rootExtensions });
    const leaf = signCertificate(
      sampleFields(ec, {
        signingAlgorithm: 'SHA256WITHRSA',
        subject: derName([{ oid: OID.commonName, value: 'leaf' }]),
        extensions: [
          basicConstraintsExtension({ ca: false }, false),
          authorityKeyIdentifierExtension(keyIdentifierOf(rsa.spki)),
          subjectKeyIdentifierExtension(keyIdentifierOf(ec.spki)),
          keyUsageExtension(['digitalSignature']),
          extendedKeyUsageExtension([OID.clientAuth]),
        ],
      }),
      createSigner(rsa.privateKey, 'SHA256WITHRSA'),
    );
    const directory = tempDirectory();
    const [rootFile, leafFile] = [path.join(directory, 'root'), path.join(directory, 'leaf')];
    writeFileSync(rootFile, encodePem('CERTIFICATE', root));
    writeFileSync(leafFile, encodePem('CERTIFICATE', leaf));
    expect(await verifyChain(leafFile, rootFile)).toMatch(/OK$/);
  });

  it('writes the given fields', () => {
    const fields = sampleFields(ec, { extensions: rootExtensions });
    const parsed = parseCertificate(sampleCertificate(ec, { extensions: rootExtensions }));
    expect(parsed).toMatchObject({
      issuer: fields.issuer,
      subject: fields.subject,
      notBefore: fields.notBefore,
      notAfter: fields.notAfter,
      subjectPublicKeyInfo: ec.spki,
      extensions: rootExtensions,
      signatureAlgorithm: { oid: OID.ecdsaWithSha256, parameters: undefined },
    });
  });

  it('does not sign with a key of another type', () => {
    expect(() => createSigner(ec.privateKey, 'SHA256WITHRSA')).toThrow(RangeError);
  });
});

describe('buildSelfSignedCertificate', () => {
  it('verifies under its own key', async () => {
    const { issuer: _, subjectPublicKeyInfo: __, ...fields } = sampleFields(rsa);
    const der = buildSelfSignedCertificate({ ...fields, ...rsa });
    const certificate = PkijsCertificate.fromBER(der);
    expect(await certificate.verify(certificate, judge)).toBe(true);
    expect(parseCertificate(der).issuer).toEqual(fields.subject);
  });
});
