import { equalBytes } from '../../asn1/equal-bytes.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { parseBasicConstraints } from '../../x509/basic-constraints.ts';
import { extensionValue } from '../../x509/extensions.ts';
import { isIssuedBy } from '../../x509/is-issued-by.ts';
import { isSelfIssued } from '../../x509/is-same-name.ts';
import {
  parseAuthorityKeyIdentifier,
  parseSubjectKeyIdentifier,
} from '../../x509/key-identifier.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import { findForbiddenName, nameConstraintsOf } from './find-forbidden-name.ts';

/**
 * AWS Private CA: "CA hierarchies can have up to five levels", the authority and four above it. The
 * limit also bounds the number of signatures to verify.
 */
export const LONGEST_CHAIN = 4;

/**
 * Checks that the certificate is self-signed, as that of a root must be.
 * @throws AwsError InvalidRequestException
 */
export function checkRootCertificate(certificate: Certificate): void {
  if (!isSelfSigned(certificate)) throw refused('it is not self-signed');
}

/**
 * Checks that each certificate of a subordinate's chain signed the one before it and allows it, up
 * to a root.
 * @param chain from the issuer of `certificate` up to the root
 * @throws AwsError InvalidRequestException when the certificates do not form a chain,
 *   CertificateMismatchException when a certificate breaks a condition of its signer; DecodeError
 *   for malformed extensions
 */
export function checkSubordinateChain(
  certificate: Certificate,
  chain: readonly Certificate[],
): void {
  if (isSelfSigned(certificate)) throw refused('it is self-signed');
  const root = chain.at(-1);
  if (root === undefined) throw refused('a subordinate certificate authority needs a chain');
  if (chain.length > LONGEST_CHAIN) throw refused('the hierarchy has more than five levels');
  const { subjectPublicKeyInfo: ownKey } = certificate;
  if (chain.some((each) => equalBytes(each.subjectPublicKeyInfo, ownKey))) {
    throw refused('the chain contains the authority itself');
  }
  const path = [certificate, ...chain];
  chain.forEach((issuer, i) => {
    checkSigner(issuer, path[i] ?? certificate, i + 1);
  });
  if (!isSelfSigned(root)) throw mismatch('the chain does not end with a root');
  chain.forEach((issuer, i) => {
    checkNames(issuer, path.slice(0, i + 1));
  });
}

/** @param below how many authorities are below the issuer */
function checkSigner(issuer: Certificate, certificate: Certificate, below: number): void {
  if (!isIssuedBy(certificate, issuer)) {
    throw mismatch('a certificate of the chain was not signed by the next one');
  }
  if (namesAnotherKey(certificate, issuer)) {
    throw mismatch('a certificate names another key than that of the one that signed it');
  }
  if (certificate.notAfter > issuer.notAfter) {
    throw mismatch('a certificate is valid for longer than the one that signed it');
  }
  const limit = pathLengthOf(issuer) ?? Number.POSITIVE_INFINITY;
  const own = pathLengthOf(certificate) ?? 0;
  if (below > limit || own >= limit) {
    throw mismatch('the path is longer than a certificate of the chain allows');
  }
}

/**
 * OpenSSL builds paths by key identifiers and would find no path then (RFC 5280 section 4.2.1.1).
 */
function namesAnotherKey(certificate: Certificate, issuer: Certificate): boolean {
  const authorityKey = extensionValue(certificate, OID.authorityKeyIdentifier);
  const subjectKey = extensionValue(issuer, OID.subjectKeyIdentifier);
  const named = authorityKey && parseAuthorityKeyIdentifier(authorityKey);
  if (named === undefined || subjectKey === undefined) return false;
  return !equalBytes(named, parseSubjectKeyIdentifier(subjectKey));
}

/**
 * An issuer's name constraints bind every certificate below it, except self-issued ones (RFC 5280
 * section 6.1.3).
 * @param below from the authority's own certificate up to the one that the issuer signed
 */
function checkNames(issuer: Certificate, below: readonly Certificate[]): void {
  const constraints = nameConstraintsOf(issuer);
  const judged = below.filter((certificate) => !isSelfIssued(certificate));
  for (const certificate of judged) {
    const kind = findForbiddenName(certificate, constraints, { isAuthority: true });
    if (kind === undefined) continue;
    throw mismatch(`a certificate has a ${kind} that the name constraints above it do not permit`);
  }
}

function pathLengthOf(certificate: Certificate): number | undefined {
  const constraints = extensionValue(certificate, OID.basicConstraints);
  return constraints && parseBasicConstraints(constraints).pathLength;
}

function isSelfSigned(certificate: Certificate): boolean {
  return isIssuedBy(certificate, certificate);
}

function refused(reason: string): AwsError {
  return new AwsError('InvalidRequestException', `The certificate is refused: ${reason}`);
}

function mismatch(reason: string): AwsError {
  return new AwsError('CertificateMismatchException', `The certificate is refused: ${reason}`);
}
