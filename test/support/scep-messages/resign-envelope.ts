import type { KeyObject } from 'node:crypto';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derPrintableString } from '../../../src/asn1/write-der.ts';
import { derIssuerAndSerialNumber } from '../../../src/cms/entity-identifier.ts';
import { REQUEST_TYPES, type RequestType } from '../../../src/scep/message-types.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { attribute, forgePkiMessage, requestAttributes } from './forge-pki-message.ts';

/**
 * Signs a captured envelope as its own, as a request of any type (docs/rfc8894-conformance.md S2,
 * S11).
 */
export function resignEnvelope(
  envelope: Uint8Array,
  signer: { readonly certificate: Certificate; readonly privateKey: KeyObject },
  type: RequestType,
): Uint8Array {
  const messageType = attribute(OID.scepMessageType, derPrintableString(REQUEST_TYPES[type]));
  return forgePkiMessage({
    content: envelope,
    attributes: Object.values({ ...requestAttributes(envelope), messageType }),
    certificates: [signer.certificate.der],
    signerIdentifier: derIssuerAndSerialNumber(signer.certificate),
    signerKey: signer.privateKey,
  });
}
