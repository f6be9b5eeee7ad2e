import { OID } from '../../asn1/object-identifiers.ts';
import type { KeyUsage } from '../../x509/key-usage.ts';

/** Templates that differ only in the sources of further extensions: one row of AWS's tables. */
export interface TemplateFamily {
  readonly name: string;
  readonly varieties: readonly ('base' | 'CSR' | 'API' | 'APICSR')[];
  /** Only of templates for CA certificates. Without a path length there is no limit. */
  readonly ca?: { readonly pathLength?: number };
  /** Whether basicConstraints is critical. */
  readonly criticalConstraints: boolean;
  /** Always critical. Blank families take it from the request. */
  readonly keyUsage?: readonly KeyUsage[];
  readonly extendedKeyUsage?: { readonly purposes: readonly string[]; readonly critical: boolean };
  /** The sources that may name cRLDistributionPoints, if the variety passes that source. */
  readonly distributionPoints: readonly ('authority' | 'api' | 'csr')[];
  /** Whether it is for the authority's own certificate. */
  readonly selfSigned: boolean;
  /** Whether ApiPassthrough may give a self-signed certificate its authorityKeyIdentifier. */
  readonly passesKeyIdentifier?: boolean;
}

const ALL = ['base', 'CSR', 'API', 'APICSR'] as const;
/**
 * A blank template has no key usage of its own, so it has no variety that passes nothing through.
 */
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
