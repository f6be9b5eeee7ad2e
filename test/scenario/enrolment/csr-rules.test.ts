import { beforeAll, describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derElement,
  derOid,
  derPrintableString,
  derSequence,
  derSet,
  derUtf8String,
} from '../../../src/asn1/write-der.ts';
import { DAY_MS } from '../../../src/durations.ts';
import { basicConstraintsExtension } from '../../../src/x509/basic-constraints.ts';
import type { CertificationRequestFields } from '../../../src/x509/build-certification-request.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import { derExtensions, type Extension } from '../../../src/x509/extensions.ts';
import { derGeneralNames, type GeneralName } from '../../../src/x509/general-names.ts';
import { DEVICE_PURPOSES, PRIVILEGED_PURPOSES } from '../../../src/x509/key-purposes.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { makeIdentity } from '../../support/keys/test-authority.ts';
import { issuedCertificate } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

let device: TestDevice;
let strict: EnrolmentWorld;
let windows: EnrolmentWorld;
let transactions = 0;

beforeAll(async () => {
  device = makeDevice();
  strict = await makeEnrolmentWorld();
  windows = await makeEnrolmentWorld({ 'scep:windows-identity': 'upn sid' });
});

/** The bits sslClient and sslCA. */
const NETSCAPE_CA = Buffer.from('03020084', 'hex');

async function outcomeOf(
  fields: Partial<CertificationRequestFields>,
  world = strict,
): Promise<string> {
  const { decision } = await ask(fields, world);
  return decision.refusal?.text ?? decision.outcome.status;
}

async function enrolled(fields: Partial<CertificationRequestFields>, world = strict) {
  const result = await ask(fields, world);
  return { ...result, certificate: issuedCertificate(result, world.ra, device) };
}

function ask(fields: Partial<CertificationRequestFields>, world: EnrolmentWorld) {
  transactions += 1;
  const csr = deviceCsr(device, { challengePassword: world.challengePassword, ...fields });
  const options = { transactionId: `rule-${transactions}` };
  return world.handle(deviceRequest(device, world.ra, csr, options));
}

const withExtension = (extension: Extension, world = strict) =>
  outcomeOf({ extensions: [extension] }, world);
const extension = (oid: string, value: Uint8Array, critical = false) => ({ oid, critical, value });
const names = (...given: GeneralName[]) => extension(OID.subjectAltName, derGeneralNames(given));
const uri = (value: string) => names({ kind: 'uniformResourceIdentifier', value });
const securityExtension = (text: string) =>
  extension(
    OID.microsoftSid,
    derGeneralNames([
      {
        ...{ kind: 'otherName', typeId: OID.microsoftObjectSid },
        value: derElement(4, Buffer.from(text)),
      },
    ]),
  );
const bmp = (text: string) => derElement(0x1e, Buffer.from(text, 'utf16le').swap16());

describe('a request is accepted', () => {
  it.each<[string, Extension]>([
    [
      'DNS names, addresses, mail, URIs',
      names(
        { kind: 'dNSName', value: '*.a.example' },
        { kind: 'iPAddress', value: '10.0.0.1' },
        { kind: 'rfc822Name', value: 'a@b.example' },
        { kind: 'uniformResourceIdentifier', value: 'urn:uuid:1' },
      ),
    ],
    ['keyUsage', keyUsageExtension(['digitalSignature'])],
    ['extKeyUsage', extendedKeyUsageExtension([...DEVICE_PURPOSES])],
    ['the template name', extension(OID.microsoftCertificateTemplateName, bmp('Computer'))],
    [
      'application policies',
      extension(OID.microsoftApplicationPolicies, derSequence(derSequence(derOid(OID.clientAuth)))),
    ],
    ['CA:FALSE', basicConstraintsExtension({ ca: false }, true)],
    ['CA:FALSE and a path length', basicConstraintsExtension({ ca: false, pathLength: 0 }, true)],
    ['subjectKeyIdentifier', extension(OID.subjectKeyIdentifier, derElement(4, Buffer.of(1)))],
    ['authorityKeyIdentifier', extension(OID.authorityKeyIdentifier, derSequence(), true)],
  ])('with %s, which the CA copies or sets itself', async (_, given) => {
    expect(await withExtension(given)).toBe('SUCCESS');
  });
});

describe('a request is refused', () => {
  it.each<[string, Extension, string]>([
    ['CA:TRUE', basicConstraintsExtension({ ca: true }, true), '2.5.29.19: CA:TRUE'],
    ['keyCertSign', keyUsageExtension(['keyCertSign']), '2.5.29.15: keyCertSign'],
    ['cRLSign', keyUsageExtension(['digitalSignature', 'cRLSign']), '2.5.29.15: cRLSign'],
    ['an empty keyUsage', keyUsageExtension([]), '2.5.29.15: no usage'],
    [
      'anyExtendedKeyUsage',
      extendedKeyUsageExtension([OID.clientAuth, OID.anyExtendedKeyUsage]),
      '2.5.29.37: anyExtendedKeyUsage',
    ],
    ['OCSPSigning', extendedKeyUsageExtension([OID.ocspSigning]), '2.5.29.37: OCSPSigning'],
    [
      'an enrolment agent',
      extendedKeyUsageExtension([OID.certificateRequestAgent]),
      'certificateRequestAgent needs',
    ],
    [
      'any application policy',
      extension(
        OID.microsoftApplicationPolicies,
        derSequence(derSequence(derOid(OID.microsoftAnyApplicationPolicy))),
      ),
      'anyApplicationPolicy needs',
    ],
    ['nameConstraints', extension(OID.nameConstraints, derSequence(), true), '2.5.29.30'],
    ['an unknown critical extension', extension('1.2.3.4.5', derSequence(), true), '1.2.3.4.5'],
    ['a CA of Netscape', extension(OID.netscapeCertType, NETSCAPE_CA), 'for CA certificates only'],
    ['policyMappings', extension(OID.policyMappings, derSequence()), 'for CA certificates only'],
    [
      'an application policy with a qualifier',
      extension(
        OID.microsoftApplicationPolicies,
        derSequence(derSequence(derOid(OID.clientAuth), derSequence())),
      ),
      '1.3.6.1.4.1.311.21.10: malformed',
    ],
    [
      'a privileged application policy after a common one',
      extension(
        OID.microsoftApplicationPolicies,
        derSequence(derSequence(derOid(OID.clientAuth)), derSequence(derOid(OID.codeSigning))),
      ),
      'codeSigning needs',
    ],
    [
      'a critical template name',
      extension(OID.microsoftCertificateTemplateName, bmp('Computer'), true),
      '1.3.6.1.4.1.311.20.2: critical',
    ],
    [
      'a template name with a newline',
      extension(OID.microsoftCertificateTemplateName, bmp('a\nb')),
      'not a template name',
    ],
    [
      'a template name of 65 characters',
      extension(OID.microsoftCertificateTemplateName, bmp('a'.repeat(65))),
      'not a template name',
    ],
    [
      'a malformed extension',
      extension(OID.extKeyUsage, Buffer.from('zz')),
      '2.5.29.37: malformed',
    ],
  ])('with %s, which the refusal names', async (_, given, named) => {
    const text = await withExtension(given);
    expect(text).toContain('an extension that this connector does not issue');
    expect(text).toContain(named);
  });
});

describe('a request that is accepted', () => {
  it.each<[string, Extension]>([
    ['an unknown extension', extension('1.2.3.4.6', derSequence())],
    ['S/MIME capabilities', extension('1.2.840.113549.1.9.15', derSequence())],
    ['the template of version 2', extension(OID.microsoftCertificateTemplate, derSequence())],
    ['certificatePolicies', extension(OID.certificatePolicies, derSequence())],
    ['a Netscape type', extension(OID.netscapeCertType, Buffer.from('030205a0', 'hex'))],
    ['a TLS feature', extension('1.3.6.1.5.5.7.1.24', derSequence())],
    ['issuerAltName', extension(OID.issuerAltName, derSequence())],
    ['CRL URLs', extension(OID.cRLDistributionPoints, derSequence())],
    ['an empty subjectAltName', extension(OID.subjectAltName, derSequence())],
  ])('with %s, which is left out and named', async (_, given) => {
    const { decision, certificate } = await enrolled({ extensions: [given] });
    expect(decision.dropped).toEqual([`extension ${given.oid}`]);
    expect(certificate.extensions.map(({ oid }) => oid)).not.toContain(given.oid);
    expect(certificate.extensions.map(({ oid }) => oid)).toContain(OID.keyUsage);
  });

  it('with an unknown attribute, which is named', async () => {
    const attributes = [{ oid: '1.2.3.4', values: [derUtf8String('x')] }];
    expect((await enrolled({ attributes })).decision.dropped).toEqual(['attribute 1.2.3.4']);
  });

  it('with nothing unknown has nothing left out', async () => {
    const extensions = [names({ kind: 'dNSName', value: 'a.example' })];
    expect((await enrolled({ extensions })).decision.dropped).toEqual([]);
  });
});

describe('the tag scep:extensions', () => {
  const foreign = extension('1.2.3.4.6', derSequence());

  it('has unknown extensions refused', async () => {
    const world = await makeEnrolmentWorld({ 'scep:extensions': 'refuse' });
    expect(await withExtension(foreign, world)).toContain('1.2.3.4.6');
  });

  it('has them copied, except what a CA says of itself or may alone have', async () => {
    const world = await makeEnrolmentWorld({ 'scep:extensions': 'copy' });
    const urls = extension(OID.cRLDistributionPoints, derSequence());
    const { decision, certificate } = await enrolled({ extensions: [foreign, urls] }, world);
    expect(decision.dropped).toEqual([`extension ${OID.cRLDistributionPoints}`]);
    const oids = certificate.extensions.map(({ oid }) => oid);
    expect(oids).toContain(foreign.oid);
    expect(oids).not.toContain(OID.cRLDistributionPoints);
    const netscape = extension(OID.netscapeCertType, NETSCAPE_CA);
    for (const refused of [netscape, extension(OID.nameConstraints, derSequence())]) {
      expect(await withExtension(refused, world)).toContain('for CA certificates only');
    }
    expect(await withExtension({ ...foreign, critical: true }, world)).toContain('1.2.3.4.6');
    const broken = extension('1.2.3.4.6', Buffer.from('3080', 'hex'));
    expect(await withExtension(broken, world)).toContain('1.2.3.4.6: not DER');
  });
});

describe('a purpose', () => {
  const privileged = Object.values(PRIVILEGED_PURPOSES);

  it.each([...privileged, '1.2.3.4'])('%s is certified only by the tag scep:eku', async (oid) => {
    const refused = await withExtension(extendedKeyUsageExtension([OID.clientAuth, oid]));
    expect(refused).toContain("needs the connector's tag scep:eku");
  });

  it('is certified where the tag names it, by its name or its object identifier', async () => {
    const world = await makeEnrolmentWorld({ 'scep:eku': 'codeSigning 1.2.3.4' });
    const asked = extendedKeyUsageExtension([OID.codeSigning, '1.2.3.4', OID.clientAuth]);
    expect(await withExtension(asked, world)).toBe('SUCCESS');
    const other = extendedKeyUsageExtension([OID.timeStamping]);
    expect(await withExtension(other, world)).toContain('timeStamping needs');
  });

  it('is one of 20 at most', async () => {
    const world = await makeEnrolmentWorld({ 'scep:eku': '1.2.3.4' });
    const many = (count: number) =>
      extendedKeyUsageExtension(Array.from({ length: count }, () => '1.2.3.4'));
    expect(await withExtension(many(20), world)).toBe('SUCCESS');
    expect(await withExtension(many(21), world)).toContain('more than 20 purposes');
  });
});

describe('an extension request', () => {
  const asked = (oid: string, ...extensions: Extension[]) => ({
    oid,
    values: [derExtensions(extensions)],
  });
  const constraints = basicConstraintsExtension({ ca: true }, true);
  const altNames = names({ kind: 'dNSName', value: 'a.example' });

  it.each([OID.microsoftCertExtensions, OID.verisignExtensionRequest])(
    'under the name %s is read like the others',
    async (oid) => {
      const { decision, certificate } = await enrolled({ attributes: [asked(oid, altNames)] });
      expect(decision.dropped).toEqual([]);
      expect(certificate.extensions).toContainEqual(
        expect.objectContaining({ oid: OID.subjectAltName }),
      );
      expect(await outcomeOf({ attributes: [asked(oid, constraints)] })).toContain('CA:TRUE');
    },
  );

  it('that repeats another is one with it, and one that differs is refused', async () => {
    const microsoft = asked(OID.microsoftCertExtensions, altNames);
    const both = { extensions: [altNames], attributes: [microsoft] };
    expect(await outcomeOf(both)).toBe('SUCCESS');
    const others = asked(OID.extensionRequest, names({ kind: 'dNSName', value: 'b.example' }));
    const text = await outcomeOf({ attributes: [microsoft, others] });
    expect(text).toContain('It is not clear which extensions');
    expect(text).toContain('two extension requests differ');
  });

  it('that repeats an extension is refused with a text that says so', async () => {
    const twice = asked(OID.extensionRequest, altNames, altNames);
    expect(await outcomeOf({ attributes: [twice] })).toContain('an extension is repeated');
  });
});

describe('a subject', () => {
  const named = (value: Uint8Array) =>
    derSequence(derSet(derSequence(derOid(OID.commonName), value)));

  it('that is that of the CA or of the RA is refused', async () => {
    const { authority } = strict.issuer;
    for (const { subject } of [authority.certificate, strict.ra]) {
      expect(await outcomeOf({ subject })).toContain('it is the name of a CA or of an RA');
    }
  });

  it('that is that of the CA in another case, spacing and string type is refused', async () => {
    expect(strict.issuer.authority.certificate.subject).toEqual(named(derUtf8String('Fake CA')));
    for (const text of ['FAKE CA', 'Fake  CA', 'Ｆａｋｅ CA']) {
      const subject = named(derUtf8String(text));
      expect(await outcomeOf({ subject })).toContain('it is the name of a CA or of an RA');
    }
    const subject = named(derPrintableString('fake ca'));
    expect(await outcomeOf({ subject })).toContain('it is the name of a CA or of an RA');
  });

  it('that is that of the RA of another connector is refused', async () => {
    const { subject } = (await makeEnrolmentWorld()).ra;
    expect(await outcomeOf({ subject })).toContain('it is the name of a CA or of an RA');
  });

  it('that is that of a CA above is refused', async () => {
    const world = await makeEnrolmentWorld();
    const root = makeIdentity({ subject: 'CN=Root,O=Lab', ca: {} }).certificate;
    const describeAuthority = world.issuer.describeAuthority;
    world.issuer.describeAuthority = async (arn) => {
      return { ...(await describeAuthority(arn)), chain: [root.der] };
    };
    const refused = await outcomeOf({ subject: root.subject }, world);
    expect(refused).toContain('it is the name of a CA or of an RA');
  });

  it('with no names beside an empty subjectAltName is refused', async () => {
    const extensions = [extension(OID.subjectAltName, derSequence())];
    const text = await outcomeOf({ subject: derSequence(), extensions });
    expect(text).toContain('neither a subject nor a subjectAltName');
  });
});

describe('a Windows account name', () => {
  const upn = names({ kind: 'userPrincipalName', value: 'administrator@corp.example' });
  const sid = securityExtension('S-1-5-21-1-2-3-500');
  const sidUris = [
    'tag:microsoft.com,2022-09-14:sid:S-1-5-21-1',
    'TAG:Microsoft.com,2022-09-14:%73id:S-1-5-21-1',
    'tag:%6Dicrosoft.com,2022-09-14:sid:S-1-5-21-1',
  ].map(uri);

  it.each([upn, sid, ...sidUris])(
    'is refused by default and accepted where the connector allows it (%#)',
    async (given) => {
      expect(await withExtension(given)).toContain('not allowed on this connector');
      expect(await withExtension(given, windows)).toBe('SUCCESS');
    },
  );

  it('is refused with a character that reverses the text, even where account names are allowed', async () => {
    const turned = names({ kind: 'userPrincipalName', value: 'admin\u202e@corp.example' });
    expect(await withExtension(turned, windows)).toContain('a control character');
  });

  it.each(['', '{{OnPremisesSecurityIdentifier}}', 'S-1-', 'S-1-5-', 's-1-5-21', 'S-1-5-21 ', 'x'])(
    'is refused with %j as the security identifier, in the extension and in a URI',
    async (text) => {
      const form = 'the security identifier is not of the form S-1-...';
      expect(await withExtension(securityExtension(text), windows)).toContain(form);
      const tag = uri(`tag:microsoft.com,2022-09-14:sid:${text}`);
      expect(await withExtension(tag, windows)).toContain(form);
    },
  );

  it.each([
    ['nothing', derSequence()],
    ['another name', derGeneralNames([{ kind: 'dNSName', value: 'a.example' }])],
    ['text without a type', derUtf8String('S-1-5-21-1')],
  ])('is refused with %s in the security extension', async (_, value) => {
    const text = await withExtension(extension(OID.microsoftSid, value), windows);
    expect(text).toMatch(/malformed|does not hold one security identifier/);
  });
});

describe('a request', () => {
  const subject = (oid: string, value: Uint8Array) =>
    derSequence(derSet(derSequence(derOid(oid), value)));

  it.each<[string, Extension]>([
    ['a DNS label that ends in a hyphen', names({ kind: 'dNSName', value: 'a-.example' })],
    ['mail without a domain', names({ kind: 'rfc822Name', value: 'a' })],
    ['mail to a domain that ends with a dot', names({ kind: 'rfc822Name', value: 'a@b.example.' })],
    ['mail to a domain with two dots', names({ kind: 'rfc822Name', value: 'a@b..example' })],
    ['a URI of a scheme alone', uri('urn:')],
    ['a URI without a scheme', uri('no-scheme')],
  ])('is refused with %s, which is not well formed', async (_, given) => {
    expect(await withExtension(given)).toContain('is not well formed');
  });

  it.each<[string, GeneralName, string]>([
    ['with a space', { kind: 'dNSName', value: 'Bobs iPhone' }, 'it holds a space'],
    ['with a dot at its end', { kind: 'dNSName', value: 'a.example.' }, 'it ends with a dot'],
    ['that is an IPv4 address', { kind: 'dNSName', value: '192.0.2.1' }, 'is an IP address'],
    ['that is an IPv6 address', { kind: 'dNSName', value: '2001:db8::1' }, 'is an IP address'],
    ['that looks like an address', { kind: 'dNSName', value: '999.0.2.1' }, 'is an IP address'],
    ['that is a variable', { kind: 'dNSName', value: '{{DeviceName}}' }, 'not been replaced'],
    ['in mail that is a variable', { kind: 'rfc822Name', value: '{{Email}}' }, 'not been replaced'],
    [
      'in a URI with a space at its end',
      { kind: 'uniformResourceIdentifier', value: 'urn:a ' },
      'begins or ends with a space',
    ],
  ])('is refused with a name %s, and the text says so', async (_, name, objection) => {
    const text = await withExtension(names(name));
    expect(text).toContain('The subject or subjectAltName of the certificate signing request');
    expect(text).toContain(objection);
  });

  it.each([
    'ID:Microsoft Endpoint Manager:GUID:0c8e9b11-5f0e-4a55-9b53-2f6f1f0b8f01',
    'https://a.example/{x}|<y>%zz',
  ])('is accepted with the URI %s: printable, with a scheme', async (value) => {
    expect(await withExtension(uri(value))).toBe('SUCCESS');
  });

  it('is accepted with a mailbox at an address', async () => {
    const mail = names({ kind: 'rfc822Name', value: 'a.b+c@[192.0.2.1]' });
    expect(await withExtension(mail)).toBe('SUCCESS');
  });

  it('is accepted with two common names', async () => {
    const subject = parseDistinguishedNameText('CN=123,OU=computers,CN=profile-1');
    expect(await outcomeOf({ subject })).toBe('SUCCESS');
  });

  it.each<[string, string, Uint8Array, string]>([
    [
      'a permanentIdentifier',
      OID.permanentIdentifier,
      derSequence(derUtf8String('serial 1'), derOid('1.2.3.4')),
      'SUCCESS',
    ],
    [
      'a permanentIdentifier of an invisible text',
      OID.permanentIdentifier,
      derSequence(derUtf8String('a\u200b')),
      'a permanentIdentifier holds an invisible character',
    ],
    [
      'a permanentIdentifier of something else',
      OID.permanentIdentifier,
      derSequence(derUtf8String('a'), derOid('1.2.3.4'), derOid('1.2.3.4')),
      'a permanentIdentifier is malformed',
    ],
    [
      'a hardwareModuleName',
      OID.hardwareModuleName,
      derSequence(derOid('1.2.3.4'), derElement(4, Buffer.of(1, 2))),
      'SUCCESS',
    ],
    [
      'a hardwareModuleName without a serial number',
      OID.hardwareModuleName,
      derSequence(derOid('1.2.3.4'), derElement(4)),
      'the serial number in a hardwareModuleName is empty',
    ],
    [
      'a hardwareModuleName of its type alone',
      OID.hardwareModuleName,
      derSequence(derOid('1.2.3.4')),
      'a hardwareModuleName is malformed',
    ],
    [
      'a hardwareModuleName of 300 octets',
      OID.hardwareModuleName,
      derSequence(derOid('1.2.3.4'), derElement(4, Buffer.alloc(300))),
      'longer than 256 octets',
    ],
  ])('with %s gets the right answer', async (_, typeId, value, answer) => {
    const given = names({ kind: 'otherName', typeId, value });
    expect(await withExtension(given)).toContain(answer);
  });

  it('is refused with a directoryName or an otherName', async () => {
    const directory = names({
      kind: 'directoryName',
      value: subject(OID.commonName, derUtf8String('x')),
    });
    expect(await withExtension(directory)).toContain(
      'names of the kind directoryName are not issued',
    );
    const other = names({ kind: 'otherName', typeId: '1.2.3.4', value: derUtf8String('x') });
    expect(await withExtension(other)).toContain('names of the kind otherName are not issued');
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a newline', subject(OID.commonName, derUtf8String('a\nb')), /control character/],
    ['a NUL', subject(OID.commonName, derUtf8String('a\u0000b')), /control character/],
    ['a direction mark', subject(OID.commonName, derUtf8String('a\u202eb')), /control character/],
    ['65 characters', subject(OID.commonName, derUtf8String('a'.repeat(65))), /longer than 64/],
    ['blanks', subject(OID.commonName, derUtf8String('  ')), /is empty/],
    ['no names, without a subjectAltName', derSequence(), /neither a subject nor/],
  ])('is refused with a subject of %s', async (_, given, text) => {
    expect(await outcomeOf({ subject: given })).toMatch(text);
  });

  it('is accepted with an empty subject and a subjectAltName', async () => {
    const altNames = names({ kind: 'dNSName', value: 'a.example' });
    const extensions = [altNames];
    expect(await outcomeOf({ subject: derSequence(), extensions })).toBe('SUCCESS');
    const { passthrough } = strict.issuer.issued.at(-1) ?? {};
    expect(passthrough?.extensions).toContainEqual({ ...altNames, critical: true });
  });
});

describe('a validity period', () => {
  const pair = (name: string, value: string) => ({
    oid: OID.microsoftEnrollmentNameValuePair,
    values: [derSequence(bmp(name), bmp(value))],
  });
  const asked = (period: string, units: string) => [
    pair('ValidityPeriod', period),
    pair('ValidityPeriodUnits', units),
  ];

  it.each([
    ['Days', '10', 10],
    ['weeks', '2', 14],
    ['3', 'Weeks', 21],
    ['Years', '2', 730],
    ['Years', '500', 5 * 365],
  ])('given as %s %s is %i days long', async (period, units, days) => {
    expect(await outcomeOf({ attributes: asked(period, units) })).toBe('SUCCESS');
    const notAfter = strict.issuer.issued.at(-1)?.notAfter.getTime() ?? 0;
    expect((notAfter - Date.now()) / DAY_MS).toBeCloseTo(days, 1);
  });

  it.each([
    ['an unknown word', asked('fortnights', '1')],
    ['a word of JavaScript', asked('constructor', '1')],
    ['another word of JavaScript', asked('__proto__', '1')],
    ['zero', asked('Days', '0')],
    ['a negative number', asked('Days', '-1')],
    ['a fraction', asked('Days', '1.5')],
    ['two words', asked('Days', 'Days')],
    ['two numbers', asked('1', '1')],
    ['a fraction, exchanged', asked('1.5', 'Days')],
    ['a number that is too large', asked('Days', '9'.repeat(30))],
    ['one half of a pair', [pair('ValidityPeriod', 'Days')]],
    ['the same name twice', [...asked('Days', '1'), pair('ValidityPeriod', 'Years')]],
    [
      'a value that is no pair',
      [{ oid: OID.microsoftEnrollmentNameValuePair, values: [derPrintableString('x')] }],
    ],
  ])('with %s is refused with a text that says so', async (_, attributes) => {
    const text = await outcomeOf({ attributes });
    expect(text).toContain('The validity period');
    expect(text.length).toBeLessThan(200);
  });

  it('with a name of 20 000 characters is refused without repeating the name', async () => {
    const long = pair('n'.repeat(20_000), '1');
    expect((await outcomeOf({ attributes: [long, long] })).length).toBeLessThan(200);
  });
});
