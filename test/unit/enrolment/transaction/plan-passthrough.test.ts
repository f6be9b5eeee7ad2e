import { describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { derOctetString } from '../../../../src/asn1/write-der.ts';
import { planPassthrough } from '../../../../src/enrolment/transaction/plan-passthrough.ts';
import { basicConstraintsExtension } from '../../../../src/x509/basic-constraints.ts';
import { extendedKeyUsageExtension } from '../../../../src/x509/extended-key-usage.ts';
import { derExtensions, type Extension } from '../../../../src/x509/extensions.ts';
import { derGeneralNames } from '../../../../src/x509/general-names.ts';
import { keyUsageExtension } from '../../../../src/x509/key-usage.ts';
import { parseCertificationRequest } from '../../../../src/x509/parse-certification-request.ts';
import { makeIdentity } from '../../../support/keys/test-authority.ts';
import { deviceCsr } from '../../../support/scep-messages/test-device.ts';

const device = makeIdentity({ subject: 'CN=device' });
const usage = keyUsageExtension(['digitalSignature']);
const purposes = extendedKeyUsageExtension([OID.clientAuth]);
const names: Extension = {
  oid: OID.subjectAltName,
  critical: false,
  value: derGeneralNames([{ kind: 'dNSName', value: 'a.example' }]),
};
const foreign = { oid: '1.2.3.4', critical: false, value: derOctetString(Buffer.of(1)) };

const csrWith = (...extensions: Extension[]) =>
  parseCertificationRequest(deviceCsr(device, { extensions }));

describe('the passthrough of a request', () => {
  it('is none when the CSR asks for exactly what is granted', () => {
    const constraints = basicConstraintsExtension({ ca: false }, true);
    const csr = csrWith(usage, purposes, names, constraints);
    expect(planPassthrough(csr, [usage, purposes, names])).toBeUndefined();
  });

  it('adds what the CSR lacks, and what is narrower than in the CSR', () => {
    const wide = keyUsageExtension(['digitalSignature', 'keyAgreement']);
    const plan = planPassthrough(csrWith(wide, names), [names, usage, purposes]);
    expect(plan).toEqual({ csrExtensions: 'copied', extensions: [usage, purposes] });
  });

  it('has everything but the names when the CSR asks for something that is not granted', () => {
    const plan = planPassthrough(csrWith(names, usage, foreign), [names, usage, purposes]);
    expect(plan).toEqual({ csrExtensions: 'ignored', extensions: [usage, purposes] });
  });

  it('has other names than those of the CSR', () => {
    const fewer = { ...names, value: derGeneralNames([{ kind: 'dNSName', value: 'b.example' }]) };
    const plan = planPassthrough(csrWith(names, foreign), [fewer, usage]);
    expect(plan).toEqual({ csrExtensions: 'ignored', extensions: [fewer, usage] });
  });

  it.each([OID.microsoftCertExtensions, OID.verisignExtensionRequest])(
    'has all that is granted by the attribute %s, which the CA may read or not',
    (oid) => {
      const csrAsking = (...extensions: Extension[]) => {
        const attributes = [{ oid, values: [derExtensions(extensions)] }];
        return parseCertificationRequest(deviceCsr(device, { attributes }));
      };
      const granted = [names, usage];
      const plan = planPassthrough(csrAsking(names, usage), granted);
      expect(plan).toEqual({ csrExtensions: 'copied', extensions: granted });
      const without = planPassthrough(csrAsking(names, usage, foreign), granted);
      expect(without).toEqual({ csrExtensions: 'ignored', extensions: granted });
    },
  );
});
