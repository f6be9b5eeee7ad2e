import { OID } from '../asn1/object-identifiers.ts';
import { derContext, derInteger, derNull, derSequence } from '../asn1/write-der.ts';
import { derAlgorithmIdentifier } from './algorithm-identifier.ts';
import type { DigestName } from './signature-algorithms.ts';
import { digestAlgorithm } from './signature-algorithms.ts';

/**
 * RSASSA-PSS-params (RFC 4055 section 3.1), DER: the digest also in MGF1, the trailer field left out for its default.
 * @param saltLength octets
 */
export function derPssParameters(digest: DigestName, saltLength: number): Uint8Array {
  const hash = derAlgorithmIdentifier(digestAlgorithm(digest).oid, derNull());
  return derSequence(
    derContext(0, hash),
    derContext(1, derAlgorithmIdentifier(OID.mgf1, hash)),
    derContext(2, derInteger(saltLength)),
  );
}
