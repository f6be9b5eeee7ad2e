import { DecodeError } from '../asn1/decode-error.ts';
import { equalBytes } from '../asn1/equal-bytes.ts';
import { expectType, hasContextTag } from '../asn1/expect-type.ts';
import { isDer } from '../asn1/is-der.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { derNull } from '../asn1/write-der.ts';
import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type Extension, extensionValue, readExtensions } from './extensions.ts';

/** CertID (RFC 6960 section 4.1.1): the certificate whose status is requested. */
export interface OcspCertId {
  /** As received, to be repeated in the response. */
  readonly der: Uint8Array;
  /** Dotted. */
  readonly hashAlgorithm: string;
  /** Of the issuer's Name, DER. */
  readonly issuerNameHash: Uint8Array;
  /** Of the issuer's key bits. */
  readonly issuerKeyHash: Uint8Array;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
}

/** An OCSPRequest. The requestor and its signature are ignored: every request is answered. */
export interface OcspRequest {
  /** One or more. */
  readonly certIds: readonly [OcspCertId, ...OcspCertId[]];
  /**
   * 1 to 32 octets; undefined when the request has none, or a longer one, which a responder may
   * ignore (RFC 9654).
   */
  readonly nonce: Uint8Array | undefined;
}

const MAX_OCTETS = 16_384;
const MAX_REQUESTS = 20;
/** A signed request contains certificates. */
const LIMITS = { maxDepth: 16, maxElements: 1_000 };

/**
 * Lengths of a nonce (RFC 9654 section 2.1): a responder may ignore one above the first and must
 * refuse one above the second.
 */
const MAX_ECHOED_NONCE = 32;
const MAX_NONCE = 128;

/**
 * Reads an OCSPRequest (RFC 6960 section 4.1.1) in DER.
 * @throws DecodeError when malformed, above 16 KiB or 20 certificates, or with a critical extension
 *   other than the nonce
 */
export function parseOcspRequest(der: Uint8Array): OcspRequest {
  if (der.length > MAX_OCTETS) throw new DecodeError('the OCSP request is too long');
  const [tbs, signature, ...rest] = expectType(readBer(der, LIMITS), 'SEQUENCE').children;
  if (rest.length > 0 || (signature !== undefined && !hasContextTag(signature, 0))) {
    throw malformed();
  }
  if (!isDer(der)) throw new DecodeError('the OCSP request is not DER');
  const fields = [...expectType(tbs, 'SEQUENCE').children];
  if (hasContextTag(fields[0], 0)) requireVersion1(fields.shift());
  if (hasContextTag(fields[0], 1)) fields.shift();
  const list = expectType(fields.shift(), 'SEQUENCE');
  const extensions = hasContextTag(fields[0], 2) ? readOwnExtensions(fields.shift()) : [];
  if (fields.length > 0) throw malformed();
  const [first, ...others] = list.children.slice(0, MAX_REQUESTS).map(readRequest);
  if (first === undefined) throw new DecodeError('the OCSP request asks of no certificate');
  if (list.children.length > MAX_REQUESTS) throw new DecodeError('too many OCSP requests in one');
  return { certIds: [first, ...others], nonce: readNonce(extensions) };
}

function requireVersion1(version: BerElement | undefined): void {
  const [number] = version?.children ?? [];
  if (!equalBytes(expectType(number, 'INTEGER').content, Buffer.of(0))) throw malformed();
}

function readRequest(request: BerElement): OcspCertId {
  const [certId, extensions, ...rest] = expectType(request, 'SEQUENCE').children;
  if (rest.length > 0 || (extensions !== undefined && !hasContextTag(extensions, 0))) {
    throw malformed();
  }
  if (extensions !== undefined) readOwnExtensions(extensions);
  const fields = expectType(certId, 'SEQUENCE');
  const [algorithm, nameHash, keyHash, serialNumber, ...others] = fields.children;
  if (algorithm === undefined || others.length > 0) throw malformed();
  return {
    der: fields.bytes,
    hashAlgorithm: readHashAlgorithm(algorithm),
    issuerNameHash: expectType(nameHash, 'OCTET STRING').content,
    issuerKeyHash: expectType(keyHash, 'OCTET STRING').content,
    serialNumber: readSerialNumber(serialNumber),
  };
}

/** Refuses parameters other than NULL, because the response would repeat them. */
function readHashAlgorithm(element: BerElement): string {
  const { oid, parameters } = readAlgorithmIdentifier(element);
  if (parameters !== undefined && !equalBytes(parameters, derNull())) throw malformed();
  return oid;
}

function readSerialNumber(element: BerElement | undefined): Uint8Array {
  const { content } = expectType(element, 'INTEGER');
  if (content.length === 0) throw malformed();
  return content;
}

/** Reads Extensions under a context tag. */
function readOwnExtensions(tagged: BerElement | undefined): readonly Extension[] {
  const [sequence, ...rest] = tagged?.children ?? [];
  if (rest.length > 0) throw malformed();
  const extensions = readExtensions(sequence);
  const unknown = extensions.find(({ oid, critical }) => critical && oid !== OID.ocspNonce);
  if (unknown === undefined) return extensions;
  throw new DecodeError('the OCSP request has a critical extension that is not known');
}

function readNonce(extensions: readonly Extension[]): Uint8Array | undefined {
  const value = extensionValue({ extensions }, OID.ocspNonce);
  if (value === undefined) return undefined;
  const nonce = expectType(readBer(value), 'OCTET STRING').content;
  if (nonce.length === 0 || nonce.length > MAX_NONCE) {
    throw new DecodeError('the nonce of the OCSP request is of a forbidden length');
  }
  return nonce.length > MAX_ECHOED_NONCE ? undefined : nonce;
}

function malformed(): DecodeError {
  return new DecodeError('the OCSP request is malformed');
}
