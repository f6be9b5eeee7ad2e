import { OID } from '../../asn1/object-identifiers.ts';
import { Refusal } from '../../scep/refusal.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import { extendedKeyUsageExtension } from '../../x509/extended-key-usage.ts';
import { type Extension, withCriticalAltName } from '../../x509/extensions.ts';
import { type KeyUsage, keyUsageExtension, parseKeyUsage } from '../../x509/key-usage.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import { importPublicKey } from '../../x509/public-key.ts';
import { checkExtensions, type ExtensionPolicies } from './check-extensions.ts';
import { requireCovered } from './check-renewal.ts';

export interface DecidedExtensions {
  /** All of the certificate's, but those that the CA sets itself. */
  readonly extensions: readonly Extension[];
  /** What the request holds without effect, such as "extension 1.2.3" or "attribute 1.2.3". */
  readonly dropped: readonly string[];
}

/** Without them a certificate may be used for more, so a renewal keeps them. */
const LIMITS: ReadonlySet<string> = new Set([
  OID.keyUsage,
  OID.extKeyUsage,
  OID.microsoftApplicationPolicies,
]);

/** The attributes of a CSR that the server reads, or that change nothing in a certificate. */
const KNOWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  OID.challengePassword,
  OID.extensionRequest,
  OID.microsoftCertExtensions,
  OID.verisignExtensionRequest,
  OID.microsoftEnrollmentNameValuePair,
  OID.microsoftOsVersion,
  OID.microsoftEnrollmentCsp,
  OID.microsoftClientInfo,
]);

/** What a key cannot do (RFC 3279 section 2.3.1, RFC 8813 section 3). */
const UNFIT_FOR_RSA: readonly KeyUsage[] = ['keyAgreement', 'encipherOnly', 'decipherOnly'];
const UNFIT_FOR_EC: readonly KeyUsage[] = ['keyEncipherment', 'dataEncipherment'];

/**
 * The extensions of the certificate. Every one has keyUsage, or its holder could sign CRLs in the
 * name of the CA (RFC 5280 section 4.2.1.3), and extKeyUsage.
 * @throws Refusal
 */
export function decideExtensions(
  csr: CertificationRequest,
  policy: ExtensionPolicies,
): DecidedExtensions {
  const { granted, dropped } = checkExtensions(csr.extensions, policy);
  return { extensions: withDefaults(granted, csr), dropped: droppedFrom(csr, dropped) };
}

/**
 * As `decideExtensions`, for a renewal: it gets at most what the certificate has. A limit of the
 * certificate that the request leaves out stays.
 * @throws Refusal
 */
export function decideRenewedExtensions(
  csr: CertificationRequest,
  policy: ExtensionPolicies,
  { extensions: held }: Certificate,
): DecidedExtensions {
  const { granted, dropped } = checkExtensions(csr.extensions, policy);
  for (const extension of granted) requireCovered(extension, held);
  const isLeftOut = ({ oid }: Extension) => granted.every((extension) => extension.oid !== oid);
  const kept = held
    .filter((extension) => LIMITS.has(extension.oid) && isLeftOut(extension))
    .map((extension) => (extension.oid === OID.keyUsage ? narrowed(extension, csr) : extension));
  const checked = checkExtensions(kept, policy);
  const extensions = withDefaults([...granted, ...checked.granted], csr);
  return { extensions, dropped: droppedFrom(csr, dropped) };
}

/** A renewal may have a key of another type, to which not all usages of the old one apply. */
function narrowed(keyUsage: Extension, csr: CertificationRequest): Extension {
  const unfit = isRsa(csr) ? UNFIT_FOR_RSA : UNFIT_FOR_EC;
  const usages = parseKeyUsage(keyUsage.value).filter((usage) => !unfit.includes(usage));
  if (usages.length > 0) return keyUsageExtension(usages);
  const detail = `keyUsage ${OID.keyUsage}: the new key can do nothing that the old one might`;
  throw new Refusal('extension-not-allowed', detail);
}

function withDefaults(
  extensions: readonly Extension[],
  csr: CertificationRequest,
): readonly Extension[] {
  const isNameless = parseName(csr.subject).length === 0;
  const has = (wanted: string) => extensions.some(({ oid }) => oid === wanted);
  const usages: readonly KeyUsage[] = isRsa(csr)
    ? ['digitalSignature', 'keyEncipherment']
    : ['digitalSignature'];
  return [
    ...(isNameless ? withCriticalAltName(extensions) : extensions),
    ...(has(OID.keyUsage) ? [] : [keyUsageExtension(usages)]),
    ...(has(OID.extKeyUsage) ? [] : [extendedKeyUsageExtension([OID.clientAuth])]),
  ];
}

function isRsa({ subjectPublicKeyInfo }: CertificationRequest): boolean {
  return importPublicKey(subjectPublicKeyInfo).asymmetricKeyType === 'rsa';
}

function droppedFrom({ attributes }: CertificationRequest, extensions: readonly string[]) {
  const unknown = attributes.filter(({ oid }) => !KNOWN_ATTRIBUTES.has(oid));
  return [
    ...extensions.map((oid) => `extension ${oid}`),
    ...unknown.map(({ oid }) => `attribute ${oid}`),
  ];
}
