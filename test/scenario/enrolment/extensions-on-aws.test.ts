import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derNull } from '../../../src/asn1/write-der.ts';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import type { CertificationRequestFields } from '../../../src/x509/build-certification-request.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import { derExtensions, type Extension } from '../../../src/x509/extensions.ts';
import { derGeneralNames } from '../../../src/x509/general-names.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { issuedCertificate } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type AcmPcaWorld, makeAcmPcaWorld } from '../../support/servers/acm-pca-world.ts';

const device = makeDevice();
const names: Extension = {
  oid: OID.subjectAltName,
  critical: false,
  value: derGeneralNames([
    { kind: 'dNSName', value: 'device.example' },
    { kind: 'userPrincipalName', value: 'device@corp.example' },
  ]),
};
const unknown: Extension = { oid: '1.2.3.4', critical: false, value: derNull() };
const usage = keyUsageExtension(['digitalSignature', 'keyEncipherment']);
const purpose = extendedKeyUsageExtension([OID.clientAuth]);
const verisign = (...extensions: Extension[]) => ({
  attributes: [{ oid: OID.verisignExtensionRequest, values: [derExtensions(extensions)] }],
});

let world: AcmPcaWorld;
let transactions = 0;

beforeAll(async () => {
  world = await makeAcmPcaWorld({ 'scep:windows-identity': 'upn' });
});
afterAll(() => world.stop());

async function enrol(
  fields: Partial<CertificationRequestFields>,
  signer: TestDevice = device,
): Promise<Certificate> {
  transactions += 1;
  const csr = deviceCsr(device, { challengePassword: world.challengePassword, ...fields });
  const options = { transactionId: `extensions-${transactions}` };
  const message = deviceRequest(signer, world.ra, csr, options);
  const result = await handlePkiOperation(world.replicas[0], world.connector, message);
  return issuedCertificate(result, world.ra, signer);
}

/** What the certificate has besides what the CA sets itself, in any order. */
function decidedOf({ extensions }: Certificate): Extension[] {
  const own: readonly string[] = [
    OID.basicConstraints,
    OID.subjectKeyIdentifier,
    OID.authorityKeyIdentifier,
  ];
  return extensions.filter(({ oid }) => !own.includes(oid)).sort(byOid);
}

const byOid = (a: Extension, b: Extension) => a.oid.localeCompare(b.oid);
const sorted = (...extensions: Extension[]) => extensions.sort(byOid);

describe('a certificate from AWS Private CA', () => {
  it.each<[string, Partial<CertificationRequestFields>]>([
    ['lack keyUsage and extKeyUsage', { extensions: [names] }],
    ['have an unknown one among them', { extensions: [unknown, names, usage] }],
    ['are under the attribute of VeriSign', verisign(names, usage, unknown)],
  ])('has what the server decided when the extensions of the CSR %s', async (_, fields) => {
    expect(decidedOf(await enrol(fields))).toEqual(sorted(names, usage, purpose));
  });

  it('has the limits of the certificate that it renews', async () => {
    const narrow = keyUsageExtension(['digitalSignature']);
    const purposes = extendedKeyUsageExtension([OID.serverAuth, OID.emailProtection]);
    const first = await enrol({ extensions: [names, narrow, purposes] });
    const holder = { ...device, certificate: first };
    for (const extensions of [[names], [names, unknown]]) {
      const renewed = await enrol({ extensions }, holder);
      expect(decidedOf(renewed)).toEqual(sorted(names, narrow, purposes));
    }
  });
});
