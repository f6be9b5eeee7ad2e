import { DecodeError } from '../../asn1/decode-error.ts';
import { type CertificateFields, derSigned } from '../../x509/build-certificate.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { readBackCertificate } from '../../x509/read-back-certificate.ts';
import { verifySignature } from '../../x509/verify-signature.ts';
import { localSigningKey } from '../keys/signing-key.ts';
import { CERTIFICATE_RULES, SIZE_RULE } from './certificate-rules.ts';
import { lintKeyFor } from './lint-key.ts';

/** For example, relying parties cannot read ten thousand ASN.1 elements either. */
const UNREADABLE = 'a certificate must be readable by another parser (this server)';

/**
 * The faults of a TBSCertificate by RFC 5280: the last check of what a stranger's CSR asked for,
 * before the authority's key signs it. The TBSCertificate is signed with a throwaway key, so that
 * the rules judge a whole certificate by its bytes alone; they share no code with the builder.
 * @returns one sentence for each fault
 * @throws Error when another parser reads other values than were meant, or the signature does not
 *   verify: a fault of this program
 */
export async function lintCertificate(
  tbs: Uint8Array,
  meant: CertificateFields,
): Promise<readonly string[]> {
  const { signingAlgorithm } = meant;
  const { publicKey, privateKey } = await lintKeyFor(signingAlgorithm);
  const signature = await localSigningKey(privateKey).sign(signingAlgorithm, tbs);
  const der = derSigned(tbs, signingAlgorithm, signature);
  const faults = findFaults(der);
  if (faults.length > 0) return faults;
  const differences = readBackCertificate(der, meant);
  if (differences.includes('certificate')) return [UNREADABLE];
  const { signatureAlgorithm, tbs: signed, signature: read } = parseCertificate(der);
  const verifies = verifySignature(signatureAlgorithm, publicKey, signed, read);
  if (differences.length === 0 && verifies) return [];
  const wrong = verifies ? differences : [...differences, 'signatureValue'];
  throw new Error(`the certificate was built otherwise than meant: ${wrong.join(', ')}`);
}

function findFaults(der: Uint8Array): readonly string[] {
  if (!SIZE_RULE.holds(der)) return [SIZE_RULE.rule];
  return orDecodeFault(() => {
    const certificate = parseCertificate(der);
    const faults = CERTIFICATE_RULES.flatMap(({ rule, holds }) =>
      orDecodeFault(() => (holds(certificate) ? [] : [rule])),
    );
    // Every rule that reads a malformed extension reports the same fault.
    return [...new Set(faults)];
  });
}

function orDecodeFault(find: () => readonly string[]): readonly string[] {
  try {
    return find();
  } catch (error) {
    if (error instanceof DecodeError) return [error.message];
    throw error;
  }
}
