import { createHash } from 'node:crypto';
import { DecodeError } from '../../asn1/decode-error.ts';
import { equalBytes } from '../../asn1/equal-bytes.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { getEntry } from '../../store/collection.ts';
import { StoreUnavailableError } from '../../store/record-store.ts';
import {
  derOcspFailure,
  type OcspCertStatus,
  type OcspSingleResponse,
} from '../../x509/build-ocsp-response.ts';
import { digestOfKey } from '../../x509/key-identifier.ts';
import {
  type OcspCertId,
  type OcspRequest,
  parseOcspRequest,
} from '../../x509/parse-ocsp-request.ts';
import { statusAllows } from '../authority/authority-status.ts';
import { findByKey, type IssuerDigest } from '../authority/issuer-keys.ts';
import type { SigningContext } from '../keys/ca-signing-keys.ts';
import { KeyStoreError } from '../keys/key-store.ts';
import type { CaContext } from '../model/ca-context.ts';
import { REVOCATION_REASONS } from '../model/revocation-reasons.ts';
import { type AuthorityRecord, authorityPartition } from '../records/authority-record.ts';
import { certificateKey, certificates, type IssuedRecord } from '../records/certificate-record.ts';
import { requireInstalled } from '../records/installed-certificate.ts';
import { revocations } from '../revocation/revocation-record.ts';
import {
  createOcspAnswers,
  type OcspAnswer,
  type OcspAnswers,
  signAnswer,
} from './ocsp-answers.ts';
import { createOcspSignatures, KeyBusyError, type OcspSignatures } from './ocsp-signatures.ts';

/** OCSPResponses, DER, for failures of the server itself: permanent or temporary. */
export const OCSP_FAILURES = {
  internalError: derOcspFailure('internalError'),
  tryLater: derOcspFailure('tryLater'),
} as const;

const DIGESTS: Readonly<Record<string, IssuerDigest>> = {
  [OID.sha1]: 'sha1',
  [OID.sha256]: 'sha256',
};
const MAX_SERIAL_OCTETS = 21;

/**
 * How many signatures may wait for a key ahead of an answer for one request only, which any client
 * can request endlessly, and ahead of an answer for all requests about a certificate.
 */
const MOST_BEFORE_ONE = 16;
const MOST_BEFORE_ALL = 128;

/** Answers OCSP requests (RFC 6960, RFC 5019) for all authorities. */
export interface OcspResponder {
  /**
   * The key of the authority that issued the certificates signs the answer, as at AWS. The answer
   * reports every revocation that was confirmed before the call; while the store is unavailable, it
   * may be as old as a cached answer.
   * @param request an OCSPRequest as received
   * @throws StoreUnavailableError, KeyStoreError and KeyBusyError when the same request may be
   * answered later
   */
  answer(request: Uint8Array): Promise<OcspAnswer>;
}

interface Parts {
  readonly ca: SigningContext;
  readonly answers: OcspAnswers;
  readonly signatures: OcspSignatures;
}

export function createOcspResponder(ca: SigningContext): OcspResponder {
  const parts = {
    ca,
    answers: createOcspAnswers(ca.clock),
    signatures: createOcspSignatures(),
  };
  return {
    async answer(request) {
      const parsed = readRequest(request);
      if (parsed === undefined) return { der: derOcspFailure('malformedRequest') };
      try {
        return await answerFromStore(parts, parsed);
      } catch (error) {
        const [{ der }, ...others] = parsed.certIds;
        const isAway = error instanceof StoreUnavailableError;
        const recent = isAway && others.length === 0 ? parts.answers.recent(der) : undefined;
        if (recent === undefined) throw error;
        return recent;
      }
    },
  };
}

async function answerFromStore(parts: Parts, request: OcspRequest): Promise<OcspAnswer> {
  const { ca, answers, signatures } = parts;
  const authority = await findIssuerOf(ca, request);
  if (authority === undefined) return { der: derOcspFailure('unauthorized') };
  const { certIds, nonce } = request;
  const found = await Promise.all(certIds.map((certId) => findStatus(ca, authority, certId)));
  const responses = found.map(({ certId, status }) => ({ certId, status }));
  const sign = (mostWaiting: number, echoed?: Uint8Array) =>
    signatures.inTurn(authority.id, mostWaiting, () =>
      signAnswer(ca, authority, responses, echoed),
    );
  const [{ version } = {}, ...others] = found;
  const isUsual = others.length === 0 && isOfOwnName(certIds[0], authority);
  if (!isUsual || version === undefined) return sign(MOST_BEFORE_ONE, nonce);
  const reuse = () => answers.reuse(certIds[0].der, version, () => sign(MOST_BEFORE_ALL));
  if (nonce === undefined) return reuse();
  return sign(MOST_BEFORE_ONE, nonce).catch((error: unknown) => {
    // A responder may omit the nonce (RFC 9654 section 2.1), and clients accept such an answer.
    if (error instanceof KeyBusyError) return reuse();
    // The certificate may have been revoked while the request waited for the key.
    if (error instanceof KeyStoreError)
      return answerFromStore(parts, { certIds, nonce: undefined });
    throw error;
  });
}

function readRequest(der: Uint8Array): OcspRequest | undefined {
  try {
    return parseOcspRequest(der);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/**
 * The one authority that may answer for all the certificates, if there is one. The hash of its key
 * decides: a name has many encodings (RFC 5280 section 7.1), whose hashes cannot be compared.
 */
async function findIssuerOf(
  ca: CaContext,
  { certIds }: OcspRequest,
): Promise<AuthorityRecord | undefined> {
  const [{ hashAlgorithm, issuerKeyHash }] = certIds;
  const digest = DIGESTS[hashAlgorithm];
  const authority = digest && (await findByKey(ca, digest, issuerKeyHash));
  if (authority === undefined) return undefined;
  const isEntitled = statusAllows(authority, 'signRevocationStatus', ca.clock());
  return isEntitled && certIds.every((certId) => isOfOwnKey(certId, authority))
    ? authority
    : undefined;
}

function isOfOwnKey(certId: OcspCertId, { subjectPublicKeyInfo }: AuthorityRecord): boolean {
  const digest = DIGESTS[certId.hashAlgorithm];
  return (
    digest !== undefined &&
    equalBytes(digestOfKey(digest, subjectPublicKeyInfo), certId.issuerKeyHash)
  );
}

/** Whether the name is written as in a certificate of the authority. Only these can be counted. */
function isOfOwnName(certId: OcspCertId, authority: AuthorityRecord): boolean {
  const digest = DIGESTS[certId.hashAlgorithm];
  if (digest === undefined) return false;
  return [requireInstalled(authority), ...(authority.formerly ?? [])].some(({ subject }) => {
    const nameHash = createHash(digest).update(subject).digest();
    return equalBytes(nameHash, certId.issuerNameHash);
  });
}

interface FoundStatus extends OcspSingleResponse {
  /** The version of the record that the status comes from; undefined when there is none. */
  readonly version?: number;
}

/**
 * A certificate that is still being issued is unknown. One that an imported authority issued
 * elsewhere is known only if it was revoked there; the index of revocations has it.
 */
async function findStatus(
  ca: CaContext,
  { id }: AuthorityRecord,
  { der: certId, serialNumber }: OcspCertId,
): Promise<FoundStatus> {
  const isNegative = ((serialNumber[0] ?? 0) & 0x80) !== 0;
  const unknown = { certId, status: { kind: 'unknown' } } as const;
  if (isNegative || serialNumber.length > MAX_SERIAL_OCTETS) return unknown;
  const key = certificateKey(Buffer.from(serialNumber).toString('hex'));
  const partition = authorityPartition(id);
  const issued = await getEntry(ca.store, partition, certificates, key);
  if (issued?.value.state === 'issued') {
    return { certId, status: statusOf(issued.value.revocation), version: issued.version };
  }
  const revoked = await getEntry(ca.store, partition, revocations, wholeOctets(key));
  if (revoked === undefined) return unknown;
  return { certId, status: statusOf(revoked.value), version: revoked.version };
}

/** Serial numbers of other programs may be longer than ours. */
function wholeOctets(hex: string): string {
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}

function statusOf(revocation: IssuedRecord['revocation']): OcspCertStatus {
  if (revocation === undefined) return { kind: 'good' };
  const { revokedAt, reason } = revocation;
  return {
    kind: 'revoked',
    revokedAt: new Date(revokedAt),
    reason: REVOCATION_REASONS[reason],
  };
}
