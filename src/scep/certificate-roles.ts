import { equalBytes } from '../asn1/equal-bytes.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { parseBasicConstraints } from '../x509/basic-constraints.ts';
import { parseExtendedKeyUsage } from '../x509/extended-key-usage.ts';
import { extensionValue } from '../x509/extensions.ts';
import { type KeyUsage, parseKeyUsage } from '../x509/key-usage.ts';
import type { Certificate } from '../x509/parse-certificate.ts';

/**
 * Whether a certificate is a CA's, with room for `depth` CAs below it (RFC 5280 section 4.2.1.9). Without extensions, as in
 * version 1, it counts as one when it names itself as its issuer.
 * @throws DecodeError when basicConstraints is malformed.
 */
export function isAuthority(certificate: Certificate, depth = 0): boolean {
  const value = extensionValue(certificate, OID.basicConstraints);
  if (value === undefined) {
    const selfIssued = equalBytes(certificate.issuer, certificate.subject);
    return selfIssued && certificate.extensions.length === 0;
  }
  const { ca, pathLength = depth } = parseBasicConstraints(value);
  return ca && pathLength >= depth;
}

/** A certificate without keyUsage is not limited (RFC 5280 section 4.2.1.3). @throws DecodeError when it is malformed. */
export function allowsKeyUsage(certificate: Certificate, usage: KeyUsage): boolean {
  const value = extensionValue(certificate, OID.keyUsage);
  return value === undefined || parseKeyUsage(value).includes(usage);
}

/**
 * Whether extKeyUsage allows clientAuth alone, as in the certificates that devices enrol for. GetCACert is not authenticated: on
 * plain HTTP somebody who holds such a certificate of the same CA could offer it as the RA's and read the challenges.
 * @throws DecodeError when the extension is malformed.
 */
export function isOnlyForClients(certificate: Certificate): boolean {
  const value = extensionValue(certificate, OID.extKeyUsage);
  return value !== undefined && parseExtendedKeyUsage(value).every((use) => use === OID.clientAuth);
}
