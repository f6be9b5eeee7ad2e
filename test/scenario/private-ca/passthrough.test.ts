import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derNull, derSequence } from '../../../src/asn1/write-der.ts';
import { TEMPLATES, templateArnOf } from '../../../src/private-ca/issuing/templates.ts';
import { basicConstraintsExtension } from '../../../src/x509/basic-constraints.ts';
import { certificatePoliciesExtension } from '../../../src/x509/certificate-policies.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../../src/x509/extensions.ts';
import { derGeneralNames } from '../../../src/x509/general-names.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifierOf,
  subjectKeyIdentifierExtension,
} from '../../../src/x509/key-identifier.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import {
  activateTestRoot,
  csrBlob,
  issueFrom,
  ownCsrBlob,
} from '../../support/servers/issuing-ca.ts';
import { openTestPrivateCa } from '../../support/servers/open-test-private-ca.ts';

const ca = openTestPrivateCa();
const keys = ecKeyPair();
let root: string;
beforeAll(async () => {
  root = await activateTestRoot(ca);
});

/** What AWS's name of a template says about it; docs/certificate-templates.md has the rest. */
function partsOf(name: string) {
  const [, family = '', variety = ''] =
    /^(.+?)(?:_(CSR|API|APICSR)Passthrough)?\/V1$/.exec(name) ?? [];
  return {
    isAuthority: family.includes('CACertificate'),
    isRoot: family.includes('RootCA'),
    isBlank: family.startsWith('Blank'),
    isCritical: family.endsWith('CriticalBasicConstraints'),
    fixesPurposes: /^(EndEntity|CodeSigning|OCSPSigning)/.test(family),
    family,
    api: variety.includes('API'),
    csr: variety.includes('CSR'),
  };
}

type Source = 'api' | 'csr';

/** One extension that a source asks for, with a value that shows which source it was. */
function asked(source: Source, oid: string, isAuthority: boolean): Extension {
  const isApi = source === 'api';
  switch (oid) {
    case OID.keyUsage: {
      const usage = isApi ? 'digitalSignature' : 'nonRepudiation';
      return keyUsageExtension(isAuthority ? [usage, 'keyCertSign'] : [usage]);
    }
    case OID.extKeyUsage:
      return extendedKeyUsageExtension([isApi ? OID.serverAuth : OID.clientAuth]);
    case OID.subjectAltName:
      return plain(oid, derGeneralNames([{ kind: 'dNSName', value: `${source}.example` }]));
    case OID.certificatePolicies:
      return certificatePoliciesExtension([{ oid: isApi ? '1.2.3.1' : '1.2.3.2', cpsUris: [] }]);
    case OID.basicConstraints:
      return basicConstraintsExtension({ ca: true, pathLength: 9 }, true);
    case OID.subjectKeyIdentifier:
      return subjectKeyIdentifierExtension(Buffer.from(source));
    case OID.authorityKeyIdentifier:
      return authorityKeyIdentifierExtension(Buffer.from(source));
    default:
      return plain(
        oid,
        derSequence(derSequence(derGeneralNames([{ kind: 'dNSName', value: source }]))),
      );
  }
}

function plain(oid: string, value: Uint8Array): Extension {
  return { oid, critical: false, value };
}

const ASKED_OIDS = [
  ...[OID.keyUsage, OID.extKeyUsage, OID.subjectAltName, OID.certificatePolicies],
  ...[OID.basicConstraints, OID.subjectKeyIdentifier, OID.authorityKeyIdentifier],
  ...[OID.cRLDistributionPoints, OID.authorityInfoAccess, '1.2.3.4'],
];

/** These extensions as ApiPassthrough: as the members that AWS has for them, or else as custom. */
function apiPassthrough(extensions: readonly Extension[], isAuthority: boolean): object {
  const has = (oid: string) => extensions.some((each) => each.oid === oid);
  const own: string[] = [
    OID.keyUsage,
    OID.extKeyUsage,
    OID.subjectAltName,
    OID.certificatePolicies,
  ];
  const custom = extensions.filter(({ oid }) => !own.includes(oid));
  return {
    Subject: { CommonName: 'api' },
    Extensions: {
      ...(has(OID.keyUsage) && { KeyUsage: { DigitalSignature: true, KeyCertSign: isAuthority } }),
      ...(has(OID.extKeyUsage) && { ExtendedKeyUsage: [{ ExtendedKeyUsageType: 'SERVER_AUTH' }] }),
      ...(has(OID.subjectAltName) && { SubjectAlternativeNames: [{ DnsName: 'api.example' }] }),
      ...(has(OID.certificatePolicies) && { CertificatePolicies: [{ CertPolicyId: '1.2.3.1' }] }),
      ...(custom.length > 0 && {
        CustomExtensions: custom.map(({ oid, critical, value }) => ({
          ObjectIdentifier: oid,
          Value: Buffer.from(value).toString('base64'),
          Critical: critical,
        })),
      }),
    },
  };
}

/**
 * Where an extension comes from, in the order of AWS's user guide: template, authority,
 * ApiPassthrough, CSR.
 */
function giverOf(
  name: string,
  oid: string,
  askedBy: ReadonlySet<Source>,
): Source | 'template' | undefined {
  const parts = partsOf(name);
  if ([OID.basicConstraints, OID.subjectKeyIdentifier].some((each) => each === oid))
    return 'template';
  if (oid === OID.authorityKeyIdentifier) {
    if (!parts.isRoot) return 'template';
    return parts.family === 'RootCACertificate' && parts.api && askedBy.has('api')
      ? 'api'
      : undefined;
  }
  if (oid === OID.keyUsage && !parts.isBlank) return 'template';
  if (oid === OID.extKeyUsage && parts.fixesPurposes) return 'template';
  if (oid === OID.cRLDistributionPoints) {
    if (parts.isCritical && parts.api && askedBy.has('api')) return 'api';
    return parts.csr && askedBy.has('csr') ? 'csr' : undefined;
  }
  if (parts.api && askedBy.has('api')) return 'api';
  const fromCsr = parts.csr || oid === OID.subjectAltName;
  return fromCsr && askedBy.has('csr') ? 'csr' : undefined;
}

async function issueAsked(name: string, wanted: Record<Source, readonly string[]>) {
  const { isAuthority, isRoot } = partsOf(name);
  const [api, csr] = (['api', 'csr'] as const).map((source) =>
    wanted[source].map((oid) => asked(source, oid, isAuthority)),
  );
  const fields = { name: 'CN=csr', extensions: csr ?? [] };
  return issueFrom(ca, root, {
    Csr: isRoot ? await ownCsrBlob(ca, root, fields) : csrBlob(keys, fields),
    TemplateArn: templateArnOf(name),
    ApiPassthrough: apiPassthrough(api ?? [], isAuthority),
  });
}

const oids = fc.subarray(ASKED_OIDS);

describe('a certificate', () => {
  it('takes each extension from its template, else from ApiPassthrough, else from the CSR', async () => {
    const template = fc.constantFrom(...TEMPLATES);
    await fc.assert(
      fc.asyncProperty(template, oids, oids, async ({ name, extensions: fixed }, api, csr) => {
        const { isAuthority, isBlank, api: passesApi } = partsOf(name);
        // A certificate of an authority must have a key usage, and blank templates have none.
        const forced = isAuthority && isBlank ? [OID.keyUsage] : [];
        const wanted = {
          api: [...new Set([...api, ...forced])],
          csr: [...new Set([...csr, ...forced])],
        };
        const { certificate } = await issueAsked(name, wanted);
        expect(certificate.subject).toEqual(
          parseDistinguishedNameText(passesApi ? 'CN=api' : 'CN=csr'),
        );
        for (const oid of ASKED_OIDS) {
          const sources: Source[] = ['api', 'csr'];
          const askedBy = new Set(sources.filter((source) => wanted[source].includes(oid)));
          const giver = giverOf(name, oid, askedBy);
          const found = certificate.extensions.find((each) => each.oid === oid);
          if (giver === undefined) expect(found).toBeUndefined();
          else if (giver === 'template') {
            expect(found).toBeDefined();
            const own = fixed.find((each) => each.oid === oid);
            if (own) expect(found).toEqual(own);
          } else expect(found).toEqual(asked(giver, oid, isAuthority));
        }
        expect(certificate.extensions.filter(({ oid }) => !ASKED_OIDS.includes(oid))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it.each(TEMPLATES)('of $name has the identifiers of its key and its issuer', async ({ name }) => {
    const { isRoot } = partsOf(name);
    const { certificate } = await issueAsked(name, { api: [OID.keyUsage], csr: [OID.keyUsage] });
    const own = keyIdentifierOf(certificate.subjectPublicKeyInfo);
    expect(certificate.extensions).toContainEqual(subjectKeyIdentifierExtension(own));
    const rootCertificate = await issueAsked('RootCACertificate/V1', { api: [], csr: [] });
    const rootKey = keyIdentifierOf(rootCertificate.certificate.subjectPublicKeyInfo);
    const identifier = certificate.extensions.filter(
      ({ oid }) => oid === OID.authorityKeyIdentifier,
    );
    expect(identifier).toEqual(isRoot ? [] : [authorityKeyIdentifierExtension(rootKey)]);
  });

  it('of an authority must have a key usage', async () => {
    const refused = issueAsked('BlankSubordinateCACertificate_PathLen0_APIPassthrough/V1', {
      api: [],
      csr: [],
    });
    await expect(refused).rejects.toMatchObject({
      code: 'InvalidArgsException',
      message: expect.stringContaining('4.2.1.3') as unknown,
    });
  });

  it('is refused when an extension of the CSR has not the syntax of its type', async () => {
    const fields = { extensions: [plain(OID.certificatePolicies, derNull())] };
    const TemplateArn = templateArnOf('EndEntityCertificate_CSRPassthrough/V1');
    const refused = issueFrom(ca, root, { Csr: csrBlob(keys, fields), TemplateArn });
    await expect(refused).rejects.toMatchObject({ code: 'MalformedCSRException' });
  });
});
