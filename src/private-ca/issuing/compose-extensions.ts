import { OID } from '../../asn1/object-identifiers.ts';
import type { Extension } from '../../x509/extensions.ts';
import { hasNoGeneralNames } from '../../x509/general-names.ts';
import type { Template } from './templates.ts';

export interface ExtensionSources {
  readonly template: Template;
  /** The key identifiers, which the authority always sets itself. */
  readonly identifiers: readonly Extension[];
  /** What the authority's configuration adds: the URLs of its CRL and OCSP responder. */
  readonly authority: readonly Extension[];
  readonly api: readonly Extension[];
  readonly csr: readonly Extension[];
}

/**
 * The extensions of a certificate by the passthrough rules of AWS ("Order of operations" in the AWS
 * Private CA user guide). For each extension the template comes first, then the authority's
 * configuration, ApiPassthrough, and the CSR. A source that the template does not pass adds
 * nothing, except that the subjectAltName of the CSR always passes.
 */
export function composeExtensions(sources: ExtensionSources): readonly Extension[] {
  const { template, identifiers } = sources;
  const [basicConstraints, ...fixed] = template.extensions;
  const byPriority = [
    ...(basicConstraints ? [basicConstraints] : []),
    ...identifiers,
    ...fixed,
    ...sources.authority.filter(({ oid }) => mayConfigure(template, oid)),
    ...sources.api.filter(({ oid }) => mayPass(template, 'api', oid)),
    ...sources.csr.filter(({ oid }) => mayPass(template, 'csr', oid)).filter(saysSomething),
  ];
  const chosen = new Map<string, Extension>();
  for (const extension of byPriority) {
    if (!chosen.has(extension.oid)) chosen.set(extension.oid, extension);
  }
  return [...chosen.values()];
}

/** A certificate cannot hold an empty subjectAltName (RFC 5280 section 4.2.1.6). */
function saysSomething({ oid, value }: Extension): boolean {
  return oid !== OID.subjectAltName || !hasNoGeneralNames(value);
}

/** A root's own certificate names no OCSP responder: no issuer above it could answer. */
function mayConfigure(template: Template, oid: string): boolean {
  return oid === OID.cRLDistributionPoints
    ? template.distributionPoints.includes('authority')
    : !template.selfSigned;
}

function mayPass(template: Template, source: 'api' | 'csr', oid: string): boolean {
  if (!template.passthrough[source]) return source === 'csr' && oid === OID.subjectAltName;
  switch (oid) {
    case OID.subjectKeyIdentifier:
      return false;
    case OID.authorityKeyIdentifier:
      return source === 'api' && template.passesKeyIdentifier;
    case OID.cRLDistributionPoints:
      return template.distributionPoints.includes(source);
    default:
      return true;
  }
}
