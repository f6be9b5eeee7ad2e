import { equalBytes } from '../../asn1/equal-bytes.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import type { CertificateFields } from '../../x509/build-certificate.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import { type Extension, withCriticalAltName } from '../../x509/extensions.ts';
import { isSameName } from '../../x509/is-same-name.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifierOf,
  subjectKeyIdentifierExtension,
} from '../../x509/key-identifier.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import type { SigningAlgorithm } from '../../x509/signing-algorithm.ts';
import { type ResolvedValidity, requireValidityWithin } from '../model/validity.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';
import { certificateKey } from '../records/certificate-record.ts';
import { requireInstalled } from '../records/installed-certificate.ts';
import type { PublicPlaces } from '../revocation/revocation-urls.ts';
import type { PassedByApi } from './api-passthrough.ts';
import { authorityExtensions } from './authority-extensions.ts';
import { composeExtensions } from './compose-extensions.ts';
import { findForbiddenName } from './find-forbidden-name.ts';
import { type CertificateIssuer, findIssuer, findSelfIssuer } from './find-issuer.ts';
import type { Template } from './templates.ts';

/** The parts of a certificate, each parsed and checked on its own. */
export interface CertificateParts {
  readonly authority: AuthorityRecord;
  readonly template: Template;
  readonly csr: CertificationRequest;
  readonly api: PassedByApi;
  readonly validity: ResolvedValidity;
  readonly serialNumber: Uint8Array;
  readonly signingAlgorithm: SigningAlgorithm;
  /** Where the authority publishes its revocations. */
  readonly places: PublicPlaces;
}

export interface ComposedCertificate {
  readonly fields: CertificateFields;
  readonly issuer: CertificateIssuer;
}

/**
 * The certificate that the parts ask for, and its issuer.
 * @throws AwsError ValidationException beyond the issuer's validity or path length;
 *   InvalidArgsException as `findSelfIssuer`, and for the authority's own name and key with any
 *   other template
 */
export function composeCertificate(parts: CertificateParts): ComposedCertificate {
  const { authority, template, csr, api, validity } = parts;
  const subject = api.subject ?? csr.subject;
  const issuer = template.selfSigned
    ? findSelfIssuer(authority, csr, subject)
    : findIssuer(requireInstalled(authority), template);
  if (!template.selfSigned) requireAnotherSubject(authority, csr, subject);
  requireValidityWithin(validity, issuer.notAfter, authority.usageMode);
  const serial = certificateKey(Buffer.from(parts.serialNumber).toString('hex'));
  // ApiPassthrough cannot say that a subjectAltName is critical; a CSR must.
  const isNameless = parseName(subject).length === 0;
  const extensions = composeExtensions({
    template,
    identifiers: identifiersOf(parts, issuer),
    authority: authorityExtensions(authority, parts.places, serial),
    api: isNameless ? withCriticalAltName(api.extensions) : api.extensions,
    csr: csr.extensions,
  });
  const fields = {
    serialNumber: parts.serialNumber,
    signingAlgorithm: parts.signingAlgorithm,
    issuer: issuer.subject,
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
    subject,
    subjectPublicKeyInfo: csr.subjectPublicKeyInfo,
    extensions,
  };
  return { fields, issuer };
}

/**
 * Refuses a certificate with the authority's own name and key: OpenSSL takes it for self-signed and
 * looks for no issuer, so it would verify nowhere.
 */
function requireAnotherSubject(
  authority: AuthorityRecord,
  { subjectPublicKeyInfo }: CertificationRequest,
  subject: Uint8Array,
): void {
  if (!equalBytes(subjectPublicKeyInfo, authority.subjectPublicKeyInfo)) return;
  if (!isSameName(subject, requireInstalled(authority).subject)) return;
  const message =
    'The request has the name and the key of the certificate authority itself: RootCACertificate alone makes self-signed certificates';
  throw new AwsError('InvalidArgsException', message);
}

/**
 * A root keeps its key identifier in a new certificate, because everything that it issued refers to
 * it. Another program may have chosen that identifier.
 */
function identifiersOf(
  { authority, template, csr }: CertificateParts,
  { keyIdentifier }: CertificateIssuer,
): readonly Extension[] {
  const kept = template.selfSigned ? authority.installed?.keyIdentifier : undefined;
  const own = subjectKeyIdentifierExtension(kept ?? keyIdentifierOf(csr.subjectPublicKeyInfo));
  return keyIdentifier === undefined
    ? [own]
    : [authorityKeyIdentifierExtension(keyIdentifier), own];
}

/**
 * @param fields of a certificate that lint has passed
 * @throws AwsError ValidationException for a name outside the name constraints of the issuer or of
 *   an authority above it
 */
export function requirePermittedNames(
  fields: CertificateFields,
  { nameConstraints }: CertificateIssuer,
): void {
  const kind = findForbiddenName(fields, nameConstraints);
  if (kind === undefined) return;
  const message = `The certificate has a ${kind} that the name constraints of the certificate authority do not permit`;
  throw new AwsError('ValidationException', message);
}
