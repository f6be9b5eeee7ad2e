import { OID } from '../asn1/object-identifiers.ts';
import { parseBasicConstraints } from '../x509/basic-constraints.ts';
import { extensionValue } from '../x509/extensions.ts';
import { type KeyUsage, parseKeyUsage } from '../x509/key-usage.ts';
import { narrowPurposes } from '../x509/narrow-purposes.ts';
import type { Certificate } from '../x509/parse-certificate.ts';

const RA_USAGES: readonly KeyUsage[] = ['digitalSignature', 'keyEncipherment'];
const CA_USAGES: readonly KeyUsage[] = ['keyCertSign', 'cRLSign'];

/**
 * What devices and relying parties will object to in the certificates of a connector: one sentence
 * for each, which says what to do.
 * @param path the certificate of the CA and those above it
 */
export function certificateWarnings(
  ra: Certificate,
  path: readonly [Certificate, ...Certificate[]],
): readonly string[] {
  const narrow = narrowPurposes(path);
  return [
    ...raWarnings(ra),
    ...path.flatMap(caWarnings),
    ...(narrow === undefined ? [] : [narrow]),
  ];
}

function raWarnings(ra: Certificate): readonly string[] {
  const usages = usagesOf(ra);
  if (usages === undefined && extensionValue(ra, OID.extKeyUsage) === undefined) {
    return [
      'the RA certificate has neither keyUsage nor extKeyUsage: Windows finds no RA in GetCACert (0x8010002c); let the CA issue it with both',
    ];
  }
  const missing = RA_USAGES.filter((usage) => usages !== undefined && !usages.includes(usage));
  if (missing.length === 0) return [];
  return [
    `the keyUsage of the RA certificate lacks ${missing.join(' and ')}: clients do not encrypt to it, or refuse its replies; let the CA issue it with both`,
  ];
}

function caWarnings(ca: Certificate): readonly string[] {
  const constraints = extensionValue(ca, OID.basicConstraints);
  if (constraints === undefined || !parseBasicConstraints(constraints).ca) {
    return [
      'a certificate in the chain of the CA is not that of a CA (basicConstraints): relying parties refuse what is issued below it; install another',
    ];
  }
  const usages = usagesOf(ca);
  const missing = CA_USAGES.filter((usage) => usages !== undefined && !usages.includes(usage));
  if (missing.length === 0) return [];
  return [
    `the keyUsage of a CA in the chain lacks ${missing.join(' and ')}: relying parties refuse the certificates or CRLs that it signs; install another certificate for it`,
  ];
}

function usagesOf(certificate: Certificate): readonly KeyUsage[] | undefined {
  const value = extensionValue(certificate, OID.keyUsage);
  return value && parseKeyUsage(value);
}
