import { OID } from '../asn1/object-identifiers.ts';
import {
  derContext,
  derContextPrimitive,
  derElement,
  derGeneralizedTime,
  derOctetString,
  derOid,
  derSequence,
} from '../asn1/write-der.ts';
import { derSigned } from './build-certificate.ts';
import { CRL_REASONS, type CrlReason } from './build-crl.ts';
import { derExtensions } from './extensions.ts';
import type { SigningAlgorithm } from './signing-algorithm.ts';

/** CertStatus (RFC 6960 section 4.2.1). */
export type OcspCertStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'revoked'; readonly revokedAt: Date; readonly reason: CrlReason }
  | { readonly kind: 'unknown' };

export interface OcspSingleResponse {
  /** CertID, DER, as requested. */
  readonly certId: Uint8Array;
  readonly status: OcspCertStatus;
}

/** ResponseData, which the responder signs. Times are written in whole seconds. */
export interface OcspResponseFields {
  /** SHA-1 of the responder's key bits. */
  readonly responderKeyHash: Uint8Array;
  readonly producedAt: Date;
  /** Of every single response, like `nextUpdate`. */
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly responses: readonly OcspSingleResponse[];
  /** As in the request. */
  readonly nonce: Uint8Array | undefined;
}

/** OCSPResponseStatus of the responses without content. */
const FAILURES = { malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const;

export type OcspFailure = keyof typeof FAILURES;

const SUCCESSFUL = 0;
const ENUMERATED = 0x0a;

/** The DER of an unsigned OCSPResponse with an error status. */
export function derOcspFailure(failure: OcspFailure): Uint8Array {
  return derSequence(derEnumerated(FAILURES[failure]));
}

/** The DER of a ResponseData, which the responder signs. */
export function derOcspResponseData(fields: OcspResponseFields): Uint8Array {
  const { responderKeyHash, producedAt, responses, nonce } = fields;
  return derSequence(
    derContext(2, derOctetString(responderKeyHash)),
    derGeneralizedTime(producedAt),
    derSequence(...responses.map((response) => derSingleResponse(fields, response))),
    ...(nonce === undefined ? [] : [derContext(1, derNonce(nonce))]),
  );
}

/**
 * The DER of a successful OCSPResponse with a BasicOCSPResponse. The issuer of the certificates
 * signs it, so it contains no certificates.
 */
export function derOcspResponse(
  responseData: Uint8Array,
  algorithm: SigningAlgorithm,
  signature: Uint8Array,
): Uint8Array {
  const basic = derSigned(responseData, algorithm, signature);
  const responseBytes = derSequence(derOid(OID.ocspBasicResponse), derOctetString(basic));
  return derSequence(derEnumerated(SUCCESSFUL), derContext(0, responseBytes));
}

function derSingleResponse(
  { thisUpdate, nextUpdate }: OcspResponseFields,
  { certId, status }: OcspSingleResponse,
): Uint8Array {
  return derSequence(
    certId,
    derStatus(status),
    derGeneralizedTime(thisUpdate),
    derContext(0, derGeneralizedTime(nextUpdate)),
  );
}

function derStatus(status: OcspCertStatus): Uint8Array {
  if (status.kind === 'good') return derContextPrimitive(0, Buffer.alloc(0));
  if (status.kind === 'unknown') return derContextPrimitive(2, Buffer.alloc(0));
  const { revokedAt, reason } = status;
  const code = derContext(0, derEnumerated(CRL_REASONS[reason]));
  return derContext(1, derGeneralizedTime(revokedAt), ...(reason === 'unspecified' ? [] : [code]));
}

function derNonce(nonce: Uint8Array): Uint8Array {
  return derExtensions([{ oid: OID.ocspNonce, critical: false, value: derOctetString(nonce) }]);
}

function derEnumerated(value: number): Uint8Array {
  return derElement(ENUMERATED, Buffer.of(value));
}
