import { equalBytes } from '../../asn1/equal-bytes.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { parseBasicConstraints } from '../../x509/basic-constraints.ts';
import { extensionValue } from '../../x509/extensions.ts';
import type { NameConstraints } from '../../x509/name-constraints.ts';
import { type Certificate, parseStoredCertificate } from '../../x509/parse-certificate.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import type { AuthorityRecord, InstalledCertificate } from '../records/authority-record.ts';
import { nameConstraintsOf } from './find-forbidden-name.ts';
import type { Template } from './templates.ts';

/** What a certificate takes from its issuer, and the limits that the issuer sets. */
export interface CertificateIssuer {
  /** Name, DER. */
  readonly subject: Uint8Array;
  /** Undefined for a root's own certificate, which has no authorityKeyIdentifier. */
  readonly keyIdentifier: Uint8Array | undefined;
  /** Milliseconds since the epoch; undefined for a root's own certificate. */
  readonly notAfter: number | undefined;
  /** Of the issuer and of every authority above it. */
  readonly nameConstraints: readonly NameConstraints[];
}

/**
 * A root as the issuer of its own certificate.
 * @param subject of the certificate
 * @throws AwsError InvalidArgsException for a subordinate authority, and for a CSR with another key
 */
export function findSelfIssuer(
  authority: AuthorityRecord,
  csr: CertificationRequest,
  subject: Uint8Array,
): CertificateIssuer {
  const isOwn = equalBytes(csr.subjectPublicKeyInfo, authority.subjectPublicKeyInfo);
  if (isOwn && authority.type === 'ROOT') {
    return { subject, keyIdentifier: undefined, notAfter: undefined, nameConstraints: [] };
  }
  const message = isOwn
    ? 'A root CA certificate cannot be issued for a subordinate certificate authority'
    : 'A root CA certificate can be issued for the key of the certificate authority alone';
  throw new AwsError('InvalidArgsException', message);
}

/**
 * The authority as the issuer of another subject's certificate.
 * @throws AwsError ValidationException unless the template's path length is below what the
 *   authority may still issue
 */
export function findIssuer(installed: InstalledCertificate, template: Template): CertificateIssuer {
  const own = parseStoredCertificate(installed.certificate);
  const above = installed.chain.map(parseStoredCertificate);
  if (template.ca !== undefined)
    requireShorterPath(template.ca.pathLength, pathLeft([own, ...above]));
  return {
    subject: installed.subject,
    keyIdentifier: installed.keyIdentifier,
    notAfter: installed.notAfter,
    nameConstraints: [own, ...above].flatMap(nameConstraintsOf),
  };
}

function requireShorterPath(wanted: number | undefined, left: number): void {
  if (left === Number.POSITIVE_INFINITY || (wanted !== undefined && wanted < left)) return;
  const message =
    left === 0
      ? 'The certificate authority has the path length 0 and cannot issue CA certificates'
      : `The path length specified must be less than that of the certificate authority, which is ${left}`;
  throw new AwsError('ValidationException', message);
}

/**
 * How many authorities may follow below the first certificate of a path (RFC 5280 section 4.2.1.9).
 * Each certificate in between uses up one of the path length of those above it.
 */
export function pathLeft(path: readonly Certificate[]): number {
  return Math.min(
    ...path.map((certificate, below) => {
      const constraints = extensionValue(certificate, OID.basicConstraints);
      const { pathLength } = constraints ? parseBasicConstraints(constraints) : {};
      return pathLength === undefined ? Number.POSITIVE_INFINITY : pathLength - below;
    }),
  );
}
