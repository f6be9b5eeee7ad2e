import { DecodeError } from '../asn1/decode-error.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { identifies } from '../cms/entity-identifier.ts';
import { parseSignedData, type SignedData, type SignerInfo } from '../cms/parse-signed-data.ts';
import { type Certificate, parseCertificate } from '../x509/parse-certificate.ts';
import { readScepAttributes, type ScepAttributes } from './scep-attributes.ts';

/** A parsed pkiMessage (RFC 8894 section 3.2). Nothing in it has been verified. */
export interface PkiMessage {
  readonly attributes: ScepAttributes;
  readonly signedData: SignedData;
  readonly signer: SignerInfo;
  /** The enclosed certificate that the SignerInfo identifies; undefined when it is missing. */
  readonly signerCertificate: Certificate | undefined;
}

/**
 * A request from a client. It always has a senderNonce, so it can always be answered with a
 * CertRep.
 */
export interface PkiRequest extends PkiMessage {
  readonly senderNonce: Uint8Array;
}

/**
 * Reads a pkiMessage, BER or DER: SignedData over data with exactly one signer and the SCEP
 * attributes. Checks no certificate chain and no self-signature: only the public key and the two
 * names of a client's certificate matter.
 * @throws DecodeError for anything else
 */
export function readPkiMessage(bytes: Uint8Array): PkiMessage {
  const signedData = parseSignedData(bytes);
  const [signer] = signedData.signers;
  if (signer === undefined || signedData.signers.length > 1) {
    throw new DecodeError('a pkiMessage has exactly one signer');
  }
  if (signedData.contentType !== OID.data) {
    throw new DecodeError('the signed content of a pkiMessage is data');
  }
  return {
    attributes: readScepAttributes(signer),
    signedData,
    signer,
    signerCertificate: signerCertificate(signedData, signer),
  };
}

/** Reads the message of a PKIOperation. @throws DecodeError also when the senderNonce is missing */
export function readPkiRequest(bytes: Uint8Array): PkiRequest {
  const message = readPkiMessage(bytes);
  const { senderNonce } = message.attributes;
  if (senderNonce === undefined) throw new DecodeError('the senderNonce is missing');
  return { ...message, senderNonce };
}

/** Ignores certificates that cannot be read: only the signer's must be valid. */
function signerCertificate(
  { certificates }: SignedData,
  { id }: SignerInfo,
): Certificate | undefined {
  for (const der of certificates) {
    const certificate = readable(der);
    if (certificate !== undefined && identifies(id, certificate)) return certificate;
  }
  return undefined;
}

function readable(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
