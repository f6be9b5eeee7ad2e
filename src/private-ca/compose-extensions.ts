import { OID } from '../asn1/object-identifiers.ts';
import type { Extension } from '../x509/read-extensions.ts';
import type { Template } from './templates.ts';

export interface ExtensionSources {
  readonly template: Template;
  /** The key identifiers, which the authority always sets itself. */
  readonly identifiers: readonly Extension[];
  readonly api: readonly Extension[];
  readonly csr: readonly Extension[];
}

/**
 * The extensions of a certificate by the passthrough rules of AWS: for each one the template's goes before
 * ApiPassthrough's, and that before the CSR's; a source that the template does not pass gives nothing, except that the
 * subjectAltName of the CSR always passes. A base template thus takes over subject and subjectAltName alone.
 */
export function composeExtensions(sources: ExtensionSources): readonly Extension[] {
  const { template, identifiers, api, csr } = sources;
  const [basicConstraints, ...fixed] = template.extensions;
  const byPriority = [
    ...(basicConstraints ? [basicConstraints] : []),
    ...identifiers,
    ...fixed,
    ...(template.passthrough.api ? api : []),
    ...csr.filter(({ oid }) => template.passthrough.csr || oid === OID.subjectAltName),
  ];
  const chosen = new Map<string, Extension>();
  for (const extension of byPriority) {
    if (!chosen.has(extension.oid) && !isAuthoritys(extension, identifiers)) {
      chosen.set(extension.oid, extension);
    }
  }
  return [...chosen.values()];
}

/** A key identifier that somebody else than the authority asks for. */
function isAuthoritys(extension: Extension, identifiers: readonly Extension[]): boolean {
  const { oid } = extension;
  const isIdentifier = oid === OID.subjectKeyIdentifier || oid === OID.authorityKeyIdentifier;
  return isIdentifier && !identifiers.includes(extension);
}
