import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { certificateWarnings } from '../../../src/connectors/certificate-warnings.ts';
import { warnOfAllCertificates } from '../../../src/connectors/warn-of-certificates.ts';
import { basicConstraintsExtension } from '../../../src/x509/basic-constraints.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../../src/x509/extensions.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { makeEmbeddedWorld } from '../../support/servers/embedded-world.ts';

/** The warnings look at the extensions alone. */
const certificate = (...extensions: Extension[]) => ({ extensions }) as unknown as Certificate;
const isCa = basicConstraintsExtension({ ca: true }, true);
const caUsage = keyUsageExtension(['keyCertSign', 'cRLSign']);
const ca = certificate(isCa, caUsage);
const raUsage = keyUsageExtension(['digitalSignature', 'keyEncipherment']);
const clientAuth = extendedKeyUsageExtension([OID.clientAuth]);
const ra = certificate(raUsage, clientAuth);

describe('the certificates of a connector', () => {
  it.each<[string, Certificate, [Certificate, ...Certificate[]]]>([
    ['an RA with both usages', ra, [ca]],
    ['an RA with keyUsage alone', certificate(raUsage), [ca]],
    ['an RA with extKeyUsage alone', certificate(clientAuth), [ca]],
    ['a CA without keyUsage', ra, [certificate(isCa)]],
    [
      'a CA for any purpose',
      ra,
      [certificate(isCa, extendedKeyUsageExtension([OID.anyExtendedKeyUsage]))],
    ],
  ])('are fine with %s', (_name, itsRa, path) => {
    expect(certificateWarnings(itsRa, path)).toEqual([]);
  });

  it.each<[string, RegExp, Certificate, [Certificate, ...Certificate[]]]>([
    ['an RA with nothing', /Windows finds no RA.*0x8010002c/, certificate(), [ca]],
    [
      'an RA that may not decrypt',
      /lacks keyEncipherment: clients do not encrypt/,
      certificate(keyUsageExtension(['digitalSignature'])),
      [ca],
    ],
    [
      'an RA that may not sign',
      /lacks digitalSignature:/,
      certificate(keyUsageExtension(['keyEncipherment'])),
      [ca],
    ],
    [
      'a CA for some purposes',
      /names only serverAuth/,
      ra,
      [certificate(isCa, extendedKeyUsageExtension([OID.serverAuth]))],
    ],
    ['a root for some purposes', /names only clientAuth/, ra, [ca, certificate(isCa, clientAuth)]],
    ['no CA', /not that of a CA/, ra, [certificate()]],
    [
      'a device as CA',
      /not that of a CA/,
      ra,
      [certificate(basicConstraintsExtension({ ca: false }, true))],
    ],
    [
      'a CA that may not sign certificates',
      /lacks keyCertSign:/,
      ra,
      [certificate(isCa, keyUsageExtension(['cRLSign']))],
    ],
    [
      'a CA that may not sign CRLs',
      /lacks cRLSign:/,
      ra,
      [certificate(isCa, keyUsageExtension(['keyCertSign']))],
    ],
  ])('are warned of with %s', (_name, warning, itsRa, path) => {
    expect(certificateWarnings(itsRa, path)).toEqual([expect.stringMatching(warning)]);
  });
});

describe('a server', () => {
  it('warns of no certificate that it made itself', async () => {
    const warnings: string[] = [];
    const world = await makeEmbeddedWorld();
    await warnOfAllCertificates({
      ...world.replica(),
      warnOfCertificate: (_arn, warning) => warnings.push(warning),
    });
    expect(warnings).toEqual([]);
  });

  it('warns of the CA of each connector, and goes on after one that cannot be asked', async () => {
    const warnings: string[] = [];
    const world = await makeEmbeddedWorld();
    const { store, issuer } = world.replica();
    const deps = (describeAuthority: typeof issuer.describeAuthority) => ({
      ...{ store, issuer: { ...issuer, describeAuthority } },
      warnOfCertificate: (arn: string, warning: string) => warnings.push(`${arn} ${warning}`),
    });
    // The device's place is taken by the RA: a certificate of no CA.
    const { der } = world.ra;
    const wrong = async (arn: string) => ({
      ...(await issuer.describeAuthority(arn)),
      certificate: der,
    });
    await warnOfAllCertificates(deps(wrong));
    expect(warnings[0]).toContain(`${world.connector.arn} a certificate in the chain`);
    const away = () => Promise.reject(new Error('away'));
    await expect(warnOfAllCertificates(deps(away))).rejects.toThrow(AggregateError);
  });
});
