import { equalBytes } from '../../asn1/equal-bytes.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { parseBasicConstraints } from '../../x509/basic-constraints.ts';
import { extensionValue } from '../../x509/extensions.ts';
import { isSameName } from '../../x509/is-same-name.ts';
import { parseAuthorityKeyIdentifier } from '../../x509/key-identifier.ts';
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import type { AuthorityRecord, InstalledCertificate } from '../records/authority-record.ts';
import { requireInstalled } from '../records/installed-certificate.ts';
import { findForbiddenName, nameConstraintsOf } from './find-forbidden-name.ts';
import { pathLeft } from './find-issuer.ts';

const MAX_FORMER_CERTIFICATES = 8;

/**
 * The earlier certificates that an authority must keep when it gets `next`, because some issued
 * certificates may verify only under them. One that differs from `next` only in its lifetime or its
 * signer need not be kept.
 */
export function formerCertificates(
  { installed, formerly = [] }: AuthorityRecord,
  next: InstalledCertificate,
): readonly InstalledCertificate[] {
  const seen = new Set([characterOf(next)]);
  const candidates = installed === undefined ? formerly : [installed, ...formerly];
  const kept = candidates.filter((candidate) => {
    const character = characterOf(candidate);
    return !seen.has(character) && seen.add(character);
  });
  return kept.slice(0, MAX_FORMER_CERTIFICATES);
}

/** What decides, besides the lifetime, which certificates verify below. */
function characterOf(installed: InstalledCertificate): string {
  const { subject, keyIdentifier } = installed;
  const constraints = pathOf(installed).map(({ extensions }) =>
    extensions
      .filter(({ oid }) => oid === OID.nameConstraints || oid === OID.basicConstraints)
      .map(({ oid, value }) => [oid, Buffer.from(value).toString('hex')]),
  );
  const names = [subject, keyIdentifier].map((octets) => Buffer.from(octets).toString('hex'));
  return JSON.stringify([names, constraints]);
}

/**
 * The authority's certificate under which a certificate that it issued verifies: the present one if
 * possible, otherwise the latest one that fits.
 * @param issued DER
 */
export function issuerCertificate(
  authority: AuthorityRecord,
  issued: Uint8Array,
): InstalledCertificate {
  const present = requireInstalled(authority);
  const { formerly = [] } = authority;
  if (formerly.length === 0) return present;
  const certificate = parseCertificate(issued);
  return [present, ...formerly].find((one) => verifiesUnder(certificate, one)) ?? present;
}

function verifiesUnder(issued: Certificate, installed: InstalledCertificate): boolean {
  if (!isSameName(issued.issuer, installed.subject)) return false;
  const identifier = extensionValue(issued, OID.authorityKeyIdentifier);
  const key = identifier && parseAuthorityKeyIdentifier(identifier);
  if (key !== undefined && !equalBytes(key, installed.keyIdentifier)) return false;
  const path = pathOf(installed);
  const constraints = extensionValue(issued, OID.basicConstraints);
  const isAuthority = constraints !== undefined && parseBasicConstraints(constraints).ca;
  if (isAuthority && pathLeft(path) < 1) return false;
  return findForbiddenName(issued, path.flatMap(nameConstraintsOf)) === undefined;
}

function pathOf({ certificate, chain }: InstalledCertificate): readonly Certificate[] {
  return [certificate, ...chain].map(parseCertificate);
}
