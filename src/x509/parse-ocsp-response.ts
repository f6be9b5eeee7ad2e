import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, hasContextTag, readBitString } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import type { CrlReason } from './build-crl.ts';
import type { OcspQuestion } from './build-ocsp-request.ts';
import { type Certificate, parseCertificate } from './parse-certificate.ts';
import { readCrlReason } from './parse-crl.ts';
import { readOid } from './read-oid.ts';
import { readTime } from './read-time.ts';

/** SingleResponse (RFC 6960 section 4.2.1). */
export interface OcspStatus extends OcspQuestion {
  readonly status: 'good' | 'revoked' | 'unknown';
  /** Of a revocation; 'unspecified' when the response has none. */
  readonly reason: CrlReason | undefined;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
}

/** BasicOCSPResponse. */
export interface OcspResponse {
  /** ResponseData, the signed bytes. */
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** Certificates of responders that an issuer has delegated to. */
  readonly certificates: readonly Certificate[];
  readonly statuses: readonly OcspStatus[];
}

const STATUSES = ['good', 'revoked', 'unknown'] as const;

/**
 * Reads an OCSPResponse without judging it.
 * @throws DecodeError when it is malformed or its status is not successful
 */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  const [responseStatus, wrapped] = expectType(readBer(der), 'SEQUENCE').children;
  const code = responseStatus?.content[0];
  if (code !== 0) throw new DecodeError(`the OCSP response has the status ${code}`);
  const [type, bytes] = expectType(unwrap(wrapped, 0), 'SEQUENCE').children;
  if (type === undefined || readOid(type) !== OID.ocspBasicResponse) throw malformed();
  const basic = expectType(readBer(expectType(bytes, 'OCTET STRING').content), 'SEQUENCE');
  const [tbs, algorithm, signature, certificates] = basic.children;
  if (tbs === undefined || algorithm === undefined || signature === undefined) throw malformed();
  const list = certificates === undefined ? [] : (unwrap(certificates, 0)?.children ?? []);
  return {
    tbs: tbs.bytes,
    signatureAlgorithm: readAlgorithmIdentifier(algorithm),
    signature: readBitString(signature),
    certificates: list.map(({ bytes: certificate }) => parseCertificate(certificate)),
    statuses: readStatuses(tbs),
  };
}

function readStatuses(tbs: BerElement): readonly OcspStatus[] {
  const fields = [...expectType(tbs, 'SEQUENCE').children];
  // The version, of which there is only one.
  if (hasContextTag(fields[0], 0)) fields.shift();
  const [, , responses] = fields;
  return expectType(responses, 'SEQUENCE').children.map(readStatus);
}

function readStatus(element: BerElement): OcspStatus {
  const [certId, status, thisUpdate, next] = expectType(element, 'SEQUENCE').children;
  const [, nameHash, keyHash, serialNumber] = expectType(certId, 'SEQUENCE').children;
  const kind = status?.tagClass === 'context' ? STATUSES[status.tagNumber] : undefined;
  if (kind === undefined || thisUpdate === undefined) throw malformed();
  const nextUpdate = hasContextTag(next, 0) ? unwrap(next, 0) : undefined;
  return {
    issuerNameHash: expectType(nameHash, 'OCTET STRING').content,
    issuerKeyHash: expectType(keyHash, 'OCTET STRING').content,
    serialNumber: expectType(serialNumber, 'INTEGER').content,
    status: kind,
    reason: kind === 'revoked' ? readReason(status) : undefined,
    thisUpdate: readTime(thisUpdate),
    nextUpdate: nextUpdate && readTime(nextUpdate),
  };
}

/** Of a RevokedInfo. */
function readReason(status: BerElement | undefined): CrlReason {
  const [, wrapped] = status?.children ?? [];
  if (wrapped === undefined) return 'unspecified';
  const reason = unwrap(wrapped, 0);
  if (reason === undefined) throw malformed();
  return readCrlReason(reason);
}

/** The element inside [number] EXPLICIT. */
function unwrap(element: BerElement | undefined, number: number): BerElement | undefined {
  if (!hasContextTag(element, number)) throw malformed();
  return element.children[0];
}

function malformed(): DecodeError {
  return new DecodeError('the OCSP response is malformed');
}
