import { equalBytes } from '../../asn1/equal-bytes.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { MINUTE_MS } from '../../durations.ts';
import type { CrlReason } from '../../x509/build-crl.ts';
import { derOcspRequest, type OcspQuestion, ocspQuestion } from '../../x509/build-ocsp-request.ts';
import { parseExtendedKeyUsage } from '../../x509/extended-key-usage.ts';
import { extensionValue } from '../../x509/extensions.ts';
import { isIssuedBy } from '../../x509/is-issued-by.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import {
  type OcspResponse,
  type OcspStatus,
  parseOcspResponse,
} from '../../x509/parse-ocsp-response.ts';
import { importPublicKey } from '../../x509/public-key.ts';
import { verifySignature } from '../../x509/verify-signature.ts';
import { fetchOctets } from './fetch-octets.ts';
import { hexSerialNumber } from './read-revocation-list.ts';

/** A responder's verified answer about one certificate. */
export interface OcspVerdict {
  /** Of a revocation; undefined when the certificate is not revoked. */
  readonly reason: CrlReason | undefined;
  /** Milliseconds since the epoch. */
  readonly nextUpdate: number;
}

const CLOCK_SKEW_MS = 5 * MINUTE_MS;
const MAX_ANSWER_OCTETS = 64 * 1024;

/**
 * Asks an OCSP responder about one certificate and verifies its answer (RFC 6960 section 3.2).
 * @param now milliseconds since the epoch
 * @throws Error with a message that says why there is no verdict
 */
export async function askOcsp(
  url: string,
  issuer: Certificate,
  serialNumber: Uint8Array,
  now: number,
): Promise<OcspVerdict> {
  const question = ocspQuestion(issuer, serialNumber);
  const body = { type: 'application/ocsp-request', octets: derOcspRequest(question) };
  const answer = await fetchOctets(url, { maxOctets: MAX_ANSWER_OCTETS, body });
  const response = parseOcspResponse(answer);
  if (!isSigned(response, issuer, now)) throw new Error('its answer is not signed for the CA');
  const found = response.statuses.find((status) => isAbout(status, question));
  if (found === undefined) throw new Error('its answer is about another certificate');
  const { status, reason, thisUpdate, nextUpdate } = found;
  const validUntil = nextUpdate?.getTime() ?? now + CLOCK_SKEW_MS;
  const isCurrent = thisUpdate.getTime() <= now + CLOCK_SKEW_MS && now < validUntil;
  if (!isCurrent) throw new Error('its answer is out of date');
  if (status === 'unknown') throw new Error('it does not know the certificate');
  return { reason, nextUpdate: validUntil };
}

/** Signed by the issuer, or by a responder that the issuer certified (RFC 6960 section 4.2.2.2). */
function isSigned(response: OcspResponse, issuer: Certificate, now: number): boolean {
  const delegates = response.certificates.filter(
    (certificate) =>
      isIssuedBy(certificate, issuer) &&
      mayAnswer(certificate) &&
      certificate.notBefore.getTime() <= now &&
      now <= certificate.notAfter.getTime(),
  );
  const { signatureAlgorithm, tbs, signature } = response;
  return [issuer, ...delegates].some(({ subjectPublicKeyInfo }) =>
    verifySignature(signatureAlgorithm, importPublicKey(subjectPublicKeyInfo), tbs, signature),
  );
}

function mayAnswer(certificate: Certificate): boolean {
  const usage = extensionValue(certificate, OID.extKeyUsage);
  return usage !== undefined && parseExtendedKeyUsage(usage).includes(OID.ocspSigning);
}

function isAbout(status: OcspStatus, question: OcspQuestion): boolean {
  return (
    equalBytes(status.issuerNameHash, question.issuerNameHash) &&
    equalBytes(status.issuerKeyHash, question.issuerKeyHash) &&
    hexSerialNumber(status.serialNumber) === hexSerialNumber(question.serialNumber)
  );
}
