import { DecodeError } from '../../asn1/decode-error.ts';
import { equalBytes } from '../../asn1/equal-bytes.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { SECOND_MS } from '../../durations.ts';
import { parseBasicConstraints } from '../../x509/basic-constraints.ts';
import { type CertificateFields, derSigned } from '../../x509/build-certificate.ts';
import { type Extension, extensionValue } from '../../x509/extensions.ts';
import { opensslReadBack } from '../../x509/openssl-read-back.ts';
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import { readBackCertificate } from '../../x509/read-back-certificate.ts';
import { CERTIFICATE_RULES, SIZE_RULE } from './certificate-rules.ts';

/** For example, relying parties cannot read ten thousand ASN.1 elements either. */
const UNREADABLE = 'a certificate must be readable by another parser (this server)';

/** A smaller certificate has fewer ASN.1 elements than any parser reads. */
const LARGE_OCTETS = 8_192;
/** In the place of the signature, which no rule looks at. */
const NO_SIGNATURE = new Uint8Array(1);

/**
 * The faults of a TBSCertificate by RFC 5280: the last look at what a stranger's CSR asked for,
 * before the authority's key signs it. The rules judge a whole certificate by its bytes alone; they
 * share no code with the builder. Two parsers must then read the values that were meant: our own,
 * and OpenSSL's, or pkijs for a large certificate and that of a CA, which are rare.
 * @returns one sentence for each fault
 * @throws Error when a parser reads other values than were meant: a fault of this program
 */
export function lintCertificate(tbs: Uint8Array, meant: CertificateFields): readonly string[] {
  const der = derSigned(tbs, meant.signingAlgorithm, NO_SIGNATURE);
  if (!SIZE_RULE.holds(der)) return [SIZE_RULE.rule];
  return orDecodeFault(() => {
    const certificate = parseCertificate(der);
    const faults = CERTIFICATE_RULES.flatMap(({ rule, holds }) =>
      orDecodeFault(() => (holds(certificate) ? [] : [rule])),
    );
    // Every rule that reads a malformed extension reports the same fault.
    if (faults.length > 0) return [...new Set(faults)];
    const isUncommon = der.length > LARGE_OCTETS || isAuthority(certificate);
    const readBack = isUncommon ? readBackCertificate : opensslReadBack;
    const differences = [...readBack(der, meant), ...fieldsThatDiffer(certificate, meant)];
    if (differences.includes('certificate')) return [UNREADABLE];
    if (differences.length === 0) return [];
    throw new Error(`the certificate was built otherwise than meant: ${differences.join(', ')}`);
  });
}

function isAuthority(certificate: Certificate): boolean {
  const constraints = extensionValue(certificate, OID.basicConstraints);
  return constraints !== undefined && parseBasicConstraints(constraints).ca;
}

/** The names of the fields, as in RFC 5280, that our own parser reads otherwise than meant. */
function fieldsThatDiffer(read: Certificate, meant: CertificateFields): readonly string[] {
  const isSameExtension = ({ oid, critical, value }: Extension, i: number) => {
    const other = meant.extensions[i];
    return oid === other?.oid && critical === other.critical && equalBytes(value, other.value);
  };
  const isSame = {
    serialNumber: hexOf(read.serialNumber) === hexOf(meant.serialNumber),
    issuer: equalBytes(read.issuer, meant.issuer),
    notBefore: isSameSecond(read.notBefore, meant.notBefore),
    notAfter: isSameSecond(read.notAfter, meant.notAfter),
    subject: equalBytes(read.subject, meant.subject),
    subjectPublicKeyInfo: equalBytes(read.subjectPublicKeyInfo, meant.subjectPublicKeyInfo),
    extensions:
      read.extensions.length === meant.extensions.length && read.extensions.every(isSameExtension),
  };
  return Object.entries(isSame).flatMap(([field, same]) => (same ? [] : [field]));
}

/** Without leading zeros. */
function hexOf(serialNumber: Uint8Array): string {
  return Buffer.from(serialNumber).toString('hex').replace(/^0+/, '');
}

function isSameSecond(a: Date, b: Date): boolean {
  return Math.floor(a.getTime() / SECOND_MS) === Math.floor(b.getTime() / SECOND_MS);
}

function orDecodeFault(find: () => readonly string[]): readonly string[] {
  try {
    return find();
  } catch (error) {
    if (error instanceof DecodeError) return [error.message];
    throw error;
  }
}
