import { equalBytes } from '../../asn1/equal-bytes.ts';
import { expectType } from '../../asn1/expect-type.ts';
import { isDer } from '../../asn1/is-der.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { readBer } from '../../asn1/read-ber.ts';
import { parseBasicConstraints } from '../../x509/basic-constraints.ts';
import { parseCertificatePolicies } from '../../x509/certificate-policies.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import { parseExtendedKeyUsage } from '../../x509/extended-key-usage.ts';
import { extensionValue } from '../../x509/extensions.ts';
import { type GeneralName, isUri, parseGeneralNames } from '../../x509/general-names.ts';
import { isSelfIssued } from '../../x509/is-same-name.ts';
import {
  parseAuthorityKeyIdentifier,
  parseSubjectKeyIdentifier,
} from '../../x509/key-identifier.ts';
import { parseKeyUsage } from '../../x509/key-usage.ts';
import { parseNameConstraints } from '../../x509/name-constraints.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import { importPublicKey } from '../../x509/public-key.ts';

/** A requirement of RFC 5280, with its section, or one of this server. */
export interface CertificateRule {
  readonly rule: string;
  /** Throws DecodeError when something is malformed. */
  readonly holds: (certificate: Certificate) => boolean;
}

const MAX_SERIAL_OCTETS = 20;
const MAX_COMMON_NAME = 64;
/**
 * Twice the octets of PEM that the AWS API accepts as a certificate. Large certificates cost their
 * readers time.
 */
export const MAX_CERTIFICATE_OCTETS = 65_536;

const NEVER_CRITICAL: ReadonlySet<string> = new Set([
  OID.subjectDirectoryAttributes,
  OID.freshestCRL,
  OID.authorityInfoAccess,
  OID.subjectInfoAccess,
]);
const ALWAYS_CRITICAL: ReadonlySet<string> = new Set([
  OID.nameConstraints,
  OID.policyConstraints,
  OID.inhibitAnyPolicy,
]);
/**
 * Whether the value of an extension is well-formed and not empty. Each throws DecodeError for a
 * malformed value.
 */
const WELL_FORMED: Readonly<Record<string, (value: Uint8Array) => boolean>> = {
  [OID.extKeyUsage]: (value) => parseExtendedKeyUsage(value).length > 0,
  [OID.subjectAltName]: (value) => parseGeneralNames(value).length > 0,
  [OID.certificatePolicies]: (value) => parseCertificatePolicies(value).length > 0,
  [OID.nameConstraints]: (value) => Object.values(parseNameConstraints(value)).flat().length > 0,
};
/** Extensions whose value is a SEQUENCE of one or more SEQUENCEs. */
const LISTS: ReadonlySet<string> = new Set([
  OID.cRLDistributionPoints,
  OID.freshestCRL,
  OID.authorityInfoAccess,
  OID.subjectInfoAccess,
  OID.policyMappings,
]);

/** Checked first, on the bytes alone: parsing an oversized certificate is expensive. */
export const SIZE_RULE = {
  rule: `a certificate must be of ${MAX_CERTIFICATE_OCTETS} octets at most (this server)`,
  holds: (der: Uint8Array): boolean => der.length <= MAX_CERTIFICATE_OCTETS,
};

export const CERTIFICATE_RULES: readonly CertificateRule[] = [
  {
    rule: 'the subject must be DER (4.1)',
    holds: ({ subject }) => isDer(subject),
  },
  {
    rule: 'the value of an extension must be DER (4.2)',
    holds: ({ extensions }) => extensions.every(({ value }) => isDer(value)),
  },
  {
    rule: 'the serial number must be positive and of 20 octets at most (4.1.2.2)',
    holds: ({ serialNumber }) =>
      serialNumber.length <= MAX_SERIAL_OCTETS &&
      (serialNumber[0] ?? 0x80) < 0x80 &&
      serialNumber.some((octet) => octet !== 0),
  },
  {
    rule: 'the issuer must not be empty (4.1.2.4)',
    holds: ({ issuer }) => parseName(issuer).length > 0,
  },
  {
    rule: 'notBefore must not be after notAfter (4.1.2.5)',
    holds: ({ notBefore, notAfter }) => notBefore <= notAfter,
  },
  {
    rule: 'a certificate without a subject must have a critical subjectAltName (4.1.2.6)',
    holds: (certificate) =>
      parseName(certificate.subject).length > 0 ||
      find(certificate, OID.subjectAltName)?.critical === true,
  },
  {
    rule: 'a common name must be of 1 to 64 characters (appendix A.1, ub-common-name)',
    holds: ({ subject }) =>
      parseName(subject)
        .flat()
        .filter(({ oid }) => oid === OID.commonName)
        .every(({ value }) => value.length > 0 && [...value].length <= MAX_COMMON_NAME),
  },
  {
    rule: 'the subject and directoryNames must hold no control characters (this server)',
    // A reader that stops at a NUL sees another name.
    holds: (certificate) =>
      [certificate.subject, ...directoryNamesOf(certificate)]
        .flatMap((name) => parseName(name).flat())
        .every(({ value }) => !/\p{Cc}/u.test(value)),
  },
  {
    rule: 'a uniformResourceIdentifier must be printable IA5String with a scheme (4.2.1.6)',
    holds: (certificate) =>
      alternativeNamesOf(certificate).every(
        (name) => name.kind !== 'uniformResourceIdentifier' || isUri(name.value),
      ),
  },
  {
    rule: 'the public key must be written in the form of DER that its type has (4.1.2.7)',
    // Otherwise one key has many key identifiers, and its encoding can carry extra data.
    holds: ({ subjectPublicKeyInfo }) => {
      const key = importPublicKey(subjectPublicKeyInfo);
      return equalBytes(key.export({ format: 'der', type: 'spki' }), subjectPublicKeyInfo);
    },
  },
  {
    rule: 'subjectKeyIdentifier must be there and not critical (4.2.1.2)',
    holds: (certificate) => {
      const extension = find(certificate, OID.subjectKeyIdentifier);
      return extension?.critical === false && parseSubjectKeyIdentifier(extension.value).length > 0;
    },
  },
  {
    rule: 'authorityKeyIdentifier must be there, unless self-issued, and not critical (4.2.1.1)',
    holds: (certificate) => {
      const extension = find(certificate, OID.authorityKeyIdentifier);
      if (extension === undefined) return isSelfIssued(certificate);
      return !extension.critical && parseAuthorityKeyIdentifier(extension.value) !== undefined;
    },
  },
  {
    rule: 'keyCertSign belongs to authorities, and each of them has it (4.2.1.3)',
    holds: (certificate) => {
      const extension = find(certificate, OID.keyUsage);
      const usages = extension ? parseKeyUsage(extension.value) : undefined;
      return (
        usages?.length !== 0 && (usages?.includes('keyCertSign') ?? false) === isCa(certificate)
      );
    },
  },
  {
    rule: 'basicConstraints of an authority must be critical (4.2.1.9)',
    holds: (certificate) =>
      !isCa(certificate) || find(certificate, OID.basicConstraints)?.critical === true,
  },
  {
    rule: 'nameConstraints belong to authorities alone (4.2.1.10)',
    holds: (certificate) =>
      isCa(certificate) || find(certificate, OID.nameConstraints) === undefined,
  },
  {
    rule: 'extensions that RFC 5280 makes non-critical must not be critical (4.2.1.8, 4.2.1.15, 4.2.2)',
    holds: ({ extensions }) =>
      !extensions.some(({ oid, critical }) => critical && NEVER_CRITICAL.has(oid)),
  },
  {
    rule: 'nameConstraints, policyConstraints and inhibitAnyPolicy must be critical (4.2.1.10, 4.2.1.11, 4.2.1.14)',
    holds: ({ extensions }) =>
      !extensions.some(({ oid, critical }) => !critical && ALWAYS_CRITICAL.has(oid)),
  },
  {
    rule: 'distribution points, access descriptions and policy mappings must be well-formed (4.2.1.5, 4.2.1.13, 4.2.2)',
    holds: ({ extensions }) =>
      extensions.filter(({ oid }) => LISTS.has(oid)).every(({ value }) => isListOfSequences(value)),
  },
  {
    rule: 'names, purposes, policies and constraints must be well-formed (4.2.1.4, 4.2.1.6, 4.2.1.10, 4.2.1.12)',
    holds: ({ extensions }) =>
      extensions.every(({ oid, value }) => WELL_FORMED[oid]?.(value) ?? true),
  },
];

function isListOfSequences(value: Uint8Array): boolean {
  const { children } = expectType(readBer(value), 'SEQUENCE');
  return children.map((child) => expectType(child, 'SEQUENCE')).length > 0;
}

function alternativeNamesOf(certificate: Certificate): readonly GeneralName[] {
  const value = extensionValue(certificate, OID.subjectAltName);
  return value ? parseGeneralNames(value) : [];
}

function directoryNamesOf(certificate: Certificate): readonly Uint8Array[] {
  return alternativeNamesOf(certificate).flatMap((name) =>
    name.kind === 'directoryName' ? [name.value] : [],
  );
}

function find(certificate: Certificate, oid: string) {
  return certificate.extensions.find((extension) => extension.oid === oid);
}

function isCa(certificate: Certificate): boolean {
  const value = extensionValue(certificate, OID.basicConstraints);
  return value !== undefined && parseBasicConstraints(value).ca;
}
