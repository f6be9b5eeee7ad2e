import type { OcspSingleResponse } from '../x509/build-ocsp-response.ts';
import {
  derOcspFailure,
  derOcspResponse,
  derOcspResponseData,
} from '../x509/build-ocsp-response.ts';
import { keyIdentifierOf } from '../x509/key-identifier.ts';
import type { AuthorityRecord } from './authority-record.ts';
import type { OcspAnswer } from './ocsp-answer.ts';
import type { PrivateCa } from './private-ca.ts';

/** When the server itself fails. */
export const OCSP_INTERNAL_ERROR: OcspAnswer = { der: derOcspFailure('internalError') };

/** From thisUpdate to nextUpdate, in milliseconds. AWS lets an hour pass until OCSP knows of a revocation. */
const LIFE = 3_600_000;

/** For clients whose clocks are slow. Milliseconds. */
const BACKDATING = 300_000;

/** How many answers a process keeps: 2 KiB each. */
const MOST_KNOWN = 4_096;

export async function signAnswer(
  ca: PrivateCa,
  { id, subjectPublicKeyInfo, signingAlgorithm }: AuthorityRecord,
  responses: readonly OcspSingleResponse[],
  nonce: Uint8Array | undefined,
): Promise<OcspAnswer> {
  const now = Math.floor(ca.clock() / 1_000) * 1_000;
  const validity = { thisUpdate: now - BACKDATING, nextUpdate: now + LIFE };
  const data = derOcspResponseData({
    responderKeyHash: keyIdentifierOf(subjectPublicKeyInfo),
    producedAt: new Date(now),
    thisUpdate: new Date(validity.thisUpdate),
    nextUpdate: new Date(validity.nextUpdate),
    responses,
    nonce,
  });
  const key = await ca.signingKeys.get(id);
  const signature = await key.sign(signingAlgorithm, data);
  const der = derOcspResponse(data, signingAlgorithm, signature);
  const isForAll =
    nonce === undefined && responses.every(({ status }) => status.kind !== 'unknown');
  return isForAll ? { der, validity } : { der };
}

/**
 * The answer that this process has signed before, when it is still true and less than half its life has passed; otherwise that
 * of `sign`. Callers at once share one signature.
 * @param version of the certificate's record: a revocation changes it
 */
export function reuseAnswer(
  { ocspAnswers, clock }: PrivateCa,
  certId: Uint8Array,
  version: number,
  sign: () => Promise<OcspAnswer>,
): Promise<OcspAnswer> {
  const key = Buffer.from(certId).toString('base64');
  const known = ocspAnswers.get(key);
  const age = known && clock() - known.signedAt;
  if (known?.version === version && age !== undefined && age >= 0 && age < LIFE / 2) {
    return known.answer;
  }
  const answer = sign();
  // The oldest makes room: a Map keeps the order in which its keys came.
  ocspAnswers.delete(key);
  const [oldest] = ocspAnswers.size < MOST_KNOWN ? [] : ocspAnswers.keys();
  if (oldest !== undefined) ocspAnswers.delete(oldest);
  ocspAnswers.set(key, { version, answer, signedAt: clock() });
  answer.catch(() => ocspAnswers.delete(key));
  return answer;
}
