import { OID } from '../../asn1/object-identifiers.ts';
import type { KeyUsage } from '../../x509/key-usage.ts';

/** Templates that differ in nothing but in what they take from elsewhere: a row of AWS's tables. */
export interface TemplateFamily {
  readonly name: string;
  readonly varieties: readonly ('base' | 'CSR' | 'API' | 'APICSR')[];
  /** Of certificates for authorities; without a path length, there is no limit. */
  readonly ca?: { readonly pathLength?: number };
  /** Whether basicConstraints is critical. */
  readonly criticalConstraints: boolean;
  /** Critical. Blank families leave it to the request. */
  readonly keyUsage?: readonly KeyUsage[];
  readonly extendedKeyUsage?: { readonly purposes: readonly string[]; readonly critical: boolean };
  /** Where cRLDistributionPoints may come from, as far as the variety takes anything from there. */
  readonly distributionPoints: readonly ('authority' | 'api' | 'csr')[];
  /** An authority's own certificate. */
  readonly selfSigned: boolean;
  /** Whether ApiPassthrough may give a self-signed certificate its authorityKeyIdentifier. */
  readonly passesKeyIdentifier?: boolean;
}

const ALL = ['base', 'CSR', 'API', 'APICSR'] as const;
/** Without a key usage of its own, a template is nothing until something is passed through. */
const BLANK = ['CSR', 'API', 'APICSR'] as const;

const endEntity = {
  criticalConstraints: false,
  distributionPoints: ['authority', 'csr'],
  selfSigned: false,
} as const;

const subordinate = { ...endEntity, criticalConstraints: true };

const root = {
  ca: {},
  criticalConstraints: true,
  distributionPoints: [],
  selfSigned: true,
} as const;

const PATH_LENGTHS = [0, 1, 2, 3];
const authorityUsage = ['digitalSignature', 'keyCertSign', 'cRLSign'] as const;
const tlsUsage = ['digitalSignature', 'keyEncipherment'] as const;

function purposes(critical: boolean, ...oids: readonly string[]) {
  return { purposes: oids, critical };
}

/** AWS Private CA user guide, "Template definitions". */
export const TEMPLATE_FAMILIES: readonly TemplateFamily[] = [
  {
    ...{ ...endEntity, name: 'EndEntityCertificate', varieties: ALL, keyUsage: tlsUsage },
    extendedKeyUsage: purposes(false, OID.serverAuth, OID.clientAuth),
  },
  {
    ...{ ...endEntity, name: 'EndEntityClientAuthCertificate', varieties: ALL, keyUsage: tlsUsage },
    extendedKeyUsage: purposes(false, OID.clientAuth),
  },
  {
    ...{ ...endEntity, name: 'EndEntityServerAuthCertificate', varieties: ALL, keyUsage: tlsUsage },
    extendedKeyUsage: purposes(false, OID.serverAuth),
  },
  {
    ...{ ...endEntity, name: 'CodeSigningCertificate', varieties: ALL },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: purposes(true, OID.codeSigning),
  },
  {
    ...{ ...endEntity, name: 'OCSPSigningCertificate', varieties: ALL },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: purposes(true, OID.ocspSigning),
  },
  { ...endEntity, name: 'BlankEndEntityCertificate', varieties: BLANK },
  {
    ...{ ...endEntity, name: 'BlankEndEntityCertificate_CriticalBasicConstraints' },
    varieties: BLANK,
    criticalConstraints: true,
    distributionPoints: ['authority', 'api', 'csr'],
  },
  {
    ...{ ...root, name: 'RootCACertificate', varieties: ['base', 'API'] },
    keyUsage: authorityUsage,
    passesKeyIdentifier: true,
  },
  { ...root, name: 'BlankRootCACertificate', varieties: ['API'] },
  ...PATH_LENGTHS.map((pathLength): TemplateFamily => {
    const name = `BlankRootCACertificate_PathLen${pathLength}`;
    return { ...root, name, varieties: ['API'], ca: { pathLength } };
  }),
  ...PATH_LENGTHS.map((pathLength): TemplateFamily => {
    const name = `SubordinateCACertificate_PathLen${pathLength}`;
    return { ...subordinate, name, varieties: ALL, keyUsage: authorityUsage, ca: { pathLength } };
  }),
  ...PATH_LENGTHS.map((pathLength): TemplateFamily => {
    const name = `BlankSubordinateCACertificate_PathLen${pathLength}`;
    return { ...subordinate, name, varieties: BLANK, ca: { pathLength } };
  }),
];
