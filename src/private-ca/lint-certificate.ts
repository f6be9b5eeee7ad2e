import { DecodeError } from '../asn1/decode-error.ts';
import { isDer } from '../asn1/is-der.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { parseBasicConstraints } from '../x509/basic-constraints.ts';
import type { CertificateFields } from '../x509/build-certificate.ts';
import { derSigned } from '../x509/build-certificate.ts';
import { parseName } from '../x509/distinguished-name.ts';
import { parseExtendedKeyUsage } from '../x509/extended-key-usage.ts';
import { parseGeneralNames } from '../x509/general-names.ts';
import { parseAuthorityKeyIdentifier, parseSubjectKeyIdentifier } from '../x509/key-identifier.ts';
import { parseKeyUsage } from '../x509/key-usage.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';
import { readBackCertificate } from '../x509/read-back-certificate.ts';

/**
 * What is wrong with a TBSCertificate by RFC 5280, before the authority's key touches it: the last look at what was built
 * from a stranger's request. It judges the bytes alone and shares no code with what built them.
 * @returns one sentence for each fault; none for a certificate fit to be signed
 * @throws Error when the bytes do not say what was meant, by the second opinion of another parser: our own fault
 */
export function lintCertificate(tbs: Uint8Array, meant: CertificateFields): readonly string[] {
  const certificate = derSigned(tbs, meant.signingAlgorithm, Buffer.alloc(1));
  const faults = findFaults(certificate);
  if (faults.length > 0) return faults;
  const differences = readBackCertificate(certificate, meant);
  if (differences.length === 0) return [];
  throw new Error(`the certificate was built otherwise than meant: ${differences.join(', ')}`);
}

function findFaults(der: Uint8Array): readonly string[] {
  try {
    const certificate = parseCertificate(der);
    return CHECKS.filter(({ holds }) => !holds(certificate)).map(({ rule }) => rule);
  } catch (error) {
    if (error instanceof DecodeError) return [error.message];
    throw error;
  }
}

interface Check {
  readonly rule: string;
  readonly holds: (certificate: Certificate) => boolean;
}

const MAX_SERIAL_OCTETS = 20;
const MAX_COMMON_NAME = 64;

const CHECKS: readonly Check[] = [
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
    rule: 'extKeyUsage and subjectAltName must be well-formed (4.2.1.6, 4.2.1.12)',
    holds: (certificate) => {
      const usage = find(certificate, OID.extKeyUsage);
      const names = find(certificate, OID.subjectAltName);
      return (
        (!usage || parseExtendedKeyUsage(usage.value).length > 0) &&
        (!names || parseGeneralNames(names.value).length > 0)
      );
    },
  },
];

function find(certificate: Certificate, oid: string) {
  return certificate.extensions.find((extension) => extension.oid === oid);
}

function isCa(certificate: Certificate): boolean {
  const extension = find(certificate, OID.basicConstraints);
  return extension !== undefined && parseBasicConstraints(extension.value).ca;
}

function isSelfIssued({ issuer, subject }: Certificate): boolean {
  return Buffer.compare(issuer, subject) === 0;
}
