import { equalBytes } from '../../asn1/equal-bytes.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import type { Passthrough } from '../../issuer/passthrough.ts';
import type { Extension } from '../../x509/extensions.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';

/** No template takes the first three from a CSR, and every template takes the last. */
const SAME_WITH_EVERY_TEMPLATE: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  OID.subjectAltName,
]);

/**
 * How the CA is told to put exactly these extensions into the certificate. It copies the CSR's
 * where none is too much, and what differs is passed beside the CSR.
 * @param extensions as `decideExtensions` returns them
 * @returns undefined when they are the CSR's
 */
export function planPassthrough(
  csr: CertificationRequest,
  extensions: readonly Extension[],
): Passthrough | undefined {
  const read = extensionsReadByEveryCa(csr);
  const passed = ({ oid, critical, value }: Extension) =>
    read.some(
      (own) => own.oid === oid && own.critical === critical && equalBytes(own.value, value),
    );
  const isExcess = ({ oid }: Extension) =>
    !SAME_WITH_EVERY_TEMPLATE.has(oid) && extensions.every((extension) => extension.oid !== oid);
  if (csr.extensions.some(isExcess)) {
    const isPassed = (extension: Extension) =>
      extension.oid === OID.subjectAltName && passed(extension);
    return {
      csrExtensions: 'ignored',
      extensions: extensions.filter((extension) => !isPassed(extension)),
    };
  }
  const added = extensions.filter((extension) => !passed(extension));
  return added.length === 0 ? undefined : { csrExtensions: 'copied', extensions: added };
}

/**
 * AWS documents no attribute for extensions besides extensionRequest of PKCS #9, so whether a CA
 * reads others is not known: it may copy what they ask for, and may not.
 */
function extensionsReadByEveryCa({ attributes, extensions }: CertificationRequest) {
  return attributes.some(({ oid }) => oid === OID.extensionRequest) ? extensions : [];
}
