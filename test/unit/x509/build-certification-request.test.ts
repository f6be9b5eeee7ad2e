import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Crypto } from '@peculiar/webcrypto';
import { CryptoEngine, CertificationRequest as PkijsRequest } from 'pkijs';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { derNull, derOid, derSequence, derSetOf } from '../../../src/asn1/write-der.ts';
import { buildCertificationRequest } from '../../../src/x509/build-certification-request.ts';
import { derGeneralNames } from '../../../src/x509/general-names.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import { parseCertificationRequest } from '../../../src/x509/parse-certification-request.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { readString } from '../../../src/x509/read-string.ts';
import { createSigner } from '../../../src/x509/signing-algorithm.ts';
import { runOrThrow } from '../../support/clients/run-command.ts';
import { ecKeyPair, rsaKeyPair } from '../../support/keys/sample-keys.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const rsa = rsaKeyPair();
const fields = {
  subject: parseDistinguishedNameText('CN=device,O=Lab'),
  subjectPublicKeyInfo: rsa.spki,
};
const sign = createSigner(rsa.privateKey, 'SHA256WITHRSA');
const extensions = [
  keyUsageExtension(['digitalSignature', 'keyEncipherment']),
  {
    oid: OID.subjectAltName,
    critical: false,
    value: derGeneralNames([{ kind: 'dNSName', value: 'device.example' }]),
  },
];

describe('buildCertificationRequest', () => {
  it('makes a request that OpenSSL verifies and prints', async () => {
    const der = buildCertificationRequest(
      { ...fields, extensions, challengePassword: 'secret' },
      'SHA256WITHRSA',
      sign,
    );
    const file = path.join(tempDirectory(), 'request.der');
    writeFileSync(file, der);
    const { stdout } = await runOrThrow('openssl', [
      ...['req', '-inform', 'DER', '-in', file, '-verify', '-noout', '-text'],
    ]);
    expect(stdout).toMatch(/challengePassword\s*:secret/);
    expect(stdout).toContain('DNS:device.example');
    expect(stdout).toMatch(/Key Usage: critical\s+Digital Signature, Key Encipherment/);
  });

  it('makes a request that pkijs verifies', async () => {
    const ec = ecKeyPair('secp384r1');
    const der = buildCertificationRequest(
      { ...fields, subjectPublicKeyInfo: ec.spki },
      'SHA384WITHECDSA',
      createSigner(ec.privateKey, 'SHA384WITHECDSA'),
    );
    const judge = new CryptoEngine({ name: 'judge', crypto: new Crypto() });
    expect(await PkijsRequest.fromBER(der).verify(judge)).toBe(true);
  });

  it.each([
    ['secret-1', 'PrintableString'],
    ['under_score', 'UTF8String'],
    ['Zo\u00eb', 'UTF8String'],
  ])('writes the challenge %s as %s', (challengePassword, stringType) => {
    const der = buildCertificationRequest({ ...fields, challengePassword }, 'SHA256WITHRSA', sign);
    const { attributes } = parseCertificationRequest(der);
    expect(attributes.map(({ oid }) => oid)).toEqual([OID.challengePassword]);
    const [value = Buffer.alloc(0)] = attributes[0]?.values ?? [];
    expect(readString(readBer(value))).toEqual({ stringType, value: challengePassword });
  });

  it('puts all attributes in DER order and reads them back', () => {
    const attribute = { oid: OID.unstructuredName, values: [derNull(), derNull()] };
    const der = buildCertificationRequest(
      { ...fields, extensions, challengePassword: 'x', attributes: [attribute] },
      'SHA256WITHRSA',
      sign,
    );
    const request = parseCertificationRequest(der);
    expect(request.extensions).toEqual(extensions);
    const encoded = request.attributes.map(({ oid, values }) =>
      derSequence(derOid(oid), derSetOf(values)),
    );
    expect(encoded).toEqual(encoded.toSorted(Buffer.compare));
    expect(request.attributes).toContainEqual(attribute);
  });
});
