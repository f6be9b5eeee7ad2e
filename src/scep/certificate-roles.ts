import { OID } from '../asn1/object-identifiers.ts';
import { parseBasicConstraints } from '../x509/basic-constraints.ts';
import { parseExtendedKeyUsage } from '../x509/extended-key-usage.ts';
import { extensionValue } from '../x509/extensions.ts';
import { isSelfIssued } from '../x509/is-same-name.ts';
import { type KeyUsage, parseKeyUsage } from '../x509/key-usage.ts';
import type { Certificate } from '../x509/parse-certificate.ts';

/**
 * Whether a certificate is a CA's and allows `depth` CAs below it (RFC 5280 section 4.2.1.9). A
 * certificate without extensions, as in version 1, counts as a CA's when it is self-issued.
 * @throws DecodeError when basicConstraints is malformed
 */
export function isAuthority(certificate: Certificate, depth = 0): boolean {
  const value = extensionValue(certificate, OID.basicConstraints);
  if (value === undefined) {
    return isSelfIssued(certificate) && certificate.extensions.length === 0;
  }
  const { ca, pathLength = depth } = parseBasicConstraints(value);
  return ca && pathLength >= depth;
}

/**
 * A certificate without keyUsage is not restricted (RFC 5280 section 4.2.1.3).
 * @throws DecodeError when keyUsage is malformed
 */
export function allowsKeyUsage(certificate: Certificate, usage: KeyUsage): boolean {
  const value = extensionValue(certificate, OID.keyUsage);
  return value === undefined || parseKeyUsage(value).includes(usage);
}

/**
 * Whether extKeyUsage allows only clientAuth, as in the certificates that devices enrol for.
 * GetCACert is not authenticated: over plain HTTP, the holder of such a certificate from the same
 * CA could present it as the RA's and read the challenges.
 * @throws DecodeError when extKeyUsage is malformed
 */
export function isOnlyForClients(certificate: Certificate): boolean {
  const value = extensionValue(certificate, OID.extKeyUsage);
  return value !== undefined && parseExtendedKeyUsage(value).every((use) => use === OID.clientAuth);
}
