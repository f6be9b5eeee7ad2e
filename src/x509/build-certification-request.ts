import { OID } from '../asn1/object-identifiers.ts';
import {
  derContext,
  derInteger,
  derOid,
  derPrintableString,
  derSequence,
  derSetOf,
  derUtf8String,
} from '../asn1/write-der.ts';
import { derSigned } from './build-certificate.ts';
import { derExtensions, type Extension } from './extensions.ts';
import type { Attribute } from './parse-certification-request.ts';
import type { Signer, SigningAlgorithm } from './signing-algorithm.ts';

/** The fields of a PKCS #10 request (RFC 2986 section 4.1). */
export interface CertificationRequestFields {
  /** Name, DER. */
  readonly subject: Uint8Array;
  /** DER. */
  readonly subjectPublicKeyInfo: Uint8Array;
  /** Requested through extensionRequest. */
  readonly extensions?: readonly Extension[];
  readonly challengePassword?: string;
  /** Further attributes. */
  readonly attributes?: readonly Attribute[];
}

/** The DER of a CertificationRequestInfo, which the requester signs. */
export function derCertificationRequestInfo(fields: CertificationRequestFields): Uint8Array {
  const attributes = allAttributes(fields).map(({ oid, values }) =>
    derSequence(derOid(oid), derSetOf(values)),
  );
  const sorted = attributes.toSorted(Buffer.compare);
  return derSequence(
    derInteger(0),
    fields.subject,
    fields.subjectPublicKeyInfo,
    derContext(0, ...sorted),
  );
}

function allAttributes(fields: CertificationRequestFields): Attribute[] {
  const { extensions = [], challengePassword, attributes = [] } = fields;
  const challenge =
    challengePassword === undefined
      ? []
      : [{ oid: OID.challengePassword, values: [derDirectoryString(challengePassword)] }];
  const request =
    extensions.length === 0
      ? []
      : [{ oid: OID.extensionRequest, values: [derExtensions(extensions)] }];
  return [...challenge, ...request, ...attributes];
}

/** PrintableString if the text fits, otherwise UTF8String (RFC 2985 section 5.4.1). */
function derDirectoryString(text: string): Uint8Array {
  return /^[A-Za-z0-9 '()+,./:=?-]*$/.test(text) ? derPrintableString(text) : derUtf8String(text);
}

/** Builds and signs a request and returns its DER. `sign` uses the key that the request is for. */
export function buildCertificationRequest(
  fields: CertificationRequestFields,
  signingAlgorithm: SigningAlgorithm,
  sign: Signer,
): Uint8Array {
  const info = derCertificationRequestInfo(fields);
  return derSigned(info, signingAlgorithm, sign(info));
}
