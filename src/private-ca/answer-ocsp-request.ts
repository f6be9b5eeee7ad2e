import { createHash } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { getEntry } from '../store/collection.ts';
import type { OcspCertStatus } from '../x509/build-ocsp-response.ts';
import { derOcspFailure } from '../x509/build-ocsp-response.ts';
import { digestOfKey } from '../x509/key-identifier.ts';
import type { OcspCertId, OcspRequest } from '../x509/parse-ocsp-request.ts';
import { parseOcspRequest } from '../x509/parse-ocsp-request.ts';
import type { AuthorityRecord } from './authority-record.ts';
import { authorityPartition } from './authority-record.ts';
import { statusAllows } from './authority-status.ts';
import type { CertificateRecord } from './certificate-record.ts';
import { certificates, serialKey } from './certificate-record.ts';
import { requireInstalled } from './installed-certificate.ts';
import type { IssuerDigest } from './issuer-keys.ts';
import { findByKey } from './issuer-keys.ts';
import type { OcspAnswer } from './ocsp-answer.ts';
import { reuseAnswer, signAnswer } from './ocsp-answers.ts';
import type { PrivateCa } from './private-ca.ts';
import { REVOCATION_REASONS } from './revocation-reasons.ts';

const DIGESTS: Readonly<Record<string, IssuerDigest>> = {
  [OID.sha1]: 'sha1',
  [OID.sha256]: 'sha256',
};
const MAX_SERIAL_OCTETS = 21;

/**
 * The answer to an OCSP request (RFC 6960, RFC 5019), signed with the key of the authority that issued the certificates, as AWS
 * does. It knows every revocation that was answered before the call.
 * @param request an OCSPRequest as received
 */
export async function answerOcspRequest(ca: PrivateCa, request: Uint8Array): Promise<OcspAnswer> {
  const parsed = readRequest(request);
  if (parsed === undefined) return { der: derOcspFailure('malformedRequest') };
  const authority = await findIssuerOf(ca, parsed);
  if (authority === undefined) return { der: derOcspFailure('unauthorized') };
  const { certIds, nonce } = parsed;
  const records = await Promise.all(certIds.map((certId) => findRecord(ca, authority, certId)));
  const responses = certIds.map(({ der }, i) => {
    return { certId: der, status: statusOf(records[i]?.value) };
  });
  const sign = () => signAnswer(ca, authority, responses, nonce);
  const [only, ...others] = records;
  const isReusable = nonce === undefined && others.length === 0 && only !== undefined;
  return isReusable ? reuseAnswer(ca, certIds[0].der, only.version, sign) : sign();
}

function readRequest(der: Uint8Array): OcspRequest | undefined {
  try {
    return parseOcspRequest(der);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** The one authority that may answer for all the certificates; undefined when there is none. */
async function findIssuerOf(
  ca: PrivateCa,
  { certIds }: OcspRequest,
): Promise<AuthorityRecord | undefined> {
  const [{ hashAlgorithm, issuerKeyHash }] = certIds;
  const digest = DIGESTS[hashAlgorithm];
  const authority = digest && (await findByKey(ca, digest, issuerKeyHash));
  if (authority === undefined) return undefined;
  const isEntitled = statusAllows(authority, 'signRevocationStatus', ca.clock());
  return isEntitled && certIds.every((certId) => names(certId, authority)) ? authority : undefined;
}

function names(certId: OcspCertId, authority: AuthorityRecord): boolean {
  const digest = DIGESTS[certId.hashAlgorithm];
  if (digest === undefined) return false;
  const nameHash = createHash(digest).update(requireInstalled(authority).subject).digest();
  const keyHash = digestOfKey(digest, authority.subjectPublicKeyInfo);
  return (
    Buffer.compare(nameHash, certId.issuerNameHash) === 0 &&
    Buffer.compare(keyHash, certId.issuerKeyHash) === 0
  );
}

async function findRecord(ca: PrivateCa, { id }: AuthorityRecord, { serialNumber }: OcspCertId) {
  const isNegative = ((serialNumber[0] ?? 0) & 0x80) !== 0;
  if (isNegative || serialNumber.length > MAX_SERIAL_OCTETS) return undefined;
  const key = serialKey(Buffer.from(serialNumber).toString('hex'));
  return getEntry(ca.store, authorityPartition(id), certificates, key);
}

/** A certificate that is being issued is not known to anybody yet. */
function statusOf(record: CertificateRecord | undefined): OcspCertStatus {
  if (record?.state !== 'issued') return { kind: 'unknown' };
  if (record.revocation === undefined) return { kind: 'good' };
  const { revokedAt, reason } = record.revocation;
  return {
    kind: 'revoked',
    revokedAt: new Date(revokedAt),
    reason: REVOCATION_REASONS[reason],
  };
}
