import { AwsError } from '../aws-error.ts';
import type { HeaderValues } from './signed-request.ts';

/**
 * Refuses what a valid signature would leave unprotected: an unsigned host or x-amz-* header.
 * @throws AwsError InvalidSignatureException
 */
export function checkCoverage(headers: HeaderValues, signedHeaders: readonly string[]): void {
  const mustBeSigned = ['host', ...[...headers.keys()].filter((name) => name.startsWith('x-amz-'))];
  const unsigned = mustBeSigned.find((name) => !signedHeaders.includes(name));
  if (unsigned !== undefined) {
    throw invalid(`'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`);
  }
  const absent = signedHeaders.find((name) => !headers.has(name));
  if (absent !== undefined) throw invalid(`The signed header '${absent}' is not in the request.`);
}

/**
 * Refuses a hash other than that of the body, so neither UNSIGNED-PAYLOAD nor signed chunks.
 * @throws AwsError InvalidSignatureException
 */
export function checkPayloadHash(headers: HeaderValues, payloadHash: string): void {
  const [claimed = payloadHash] = headers.get('x-amz-content-sha256') ?? [];
  if (claimed !== payloadHash) {
    throw invalid("The header 'x-amz-content-sha256' is not the SHA-256 of the body.");
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidSignatureException', message);
}
