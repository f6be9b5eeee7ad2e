import {
  derOcspResponse,
  derOcspResponseData,
  type OcspSingleResponse,
} from '../../x509/build-ocsp-response.ts';
import { keyIdentifierOf } from '../../x509/key-identifier.ts';
import type { PrivateCa } from '../private-ca.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';

/** An OCSPResponse. Times are milliseconds since the epoch. */
export interface OcspAnswer {
  readonly der: Uint8Array;
  /** Whole seconds; undefined for an answer that holds for its request alone. */
  readonly validity?: { readonly thisUpdate: number; readonly nextUpdate: number };
}

/** An answer that is true as long as the certificate's record has this version. */
export interface KnownOcspAnswer {
  readonly version: number;
  readonly answer: Promise<OcspAnswer>;
  readonly signedAt: number;
  /** When the record was last seen with this version. */
  confirmedAt: number;
}

/** For how long caches may keep an answer, in milliseconds: how late they may make a revocation. */
export const OCSP_CACHING = 300_000;

/** From thisUpdate to nextUpdate, in milliseconds. AWS lets an hour pass until OCSP knows of a revocation. */
const LIFE = 3_600_000;

/** Half of its life is left to sign an answer anew; the end of it, to those who have got it. Milliseconds. */
const LAST_USE = LIFE - 2 * OCSP_CACHING;

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
 * of `sign`, and the one before while that fails, until its life ends. Callers at once share one signature.
 * @param version of the certificate's record: a revocation changes it
 */
export function reuseAnswer(
  ca: PrivateCa,
  certId: Uint8Array,
  version: number,
  sign: () => Promise<OcspAnswer>,
): Promise<OcspAnswer> {
  const [key, now] = [keyOf(certId), ca.clock()];
  const known = ca.ocspAnswers.get(key);
  const before = known?.version === version ? known : undefined;
  if (before && isWithin(LIFE / 2, now - before.signedAt)) {
    before.confirmedAt = now;
    return before.answer;
  }
  const answer = sign().catch((error: unknown) => {
    // A later version, of a certificate that was revoked meanwhile, stays.
    const isLatest = ca.ocspAnswers.get(key) === entry;
    // Whoever asks next tries again.
    if (isLatest) ca.ocspAnswers.delete(key);
    if (!before || !isWithin(LAST_USE, ca.clock() - before.signedAt)) throw error;
    if (isLatest) remember(ca, key, before);
    return before.answer;
  });
  const entry = { version, answer, signedAt: now, confirmedAt: now };
  remember(ca, key, entry);
  return answer;
}

/**
 * While the store is away: an answer that was seen to be true so short a time ago that caches may give it, too. Nobody is
 * to keep it for longer.
 */
export function recentAnswer(
  { ocspAnswers, clock }: PrivateCa,
  certId: Uint8Array,
): Promise<OcspAnswer> | undefined {
  const known = ocspAnswers.get(keyOf(certId));
  if (!known || !isWithin(OCSP_CACHING, clock() - known.confirmedAt)) return undefined;
  return known.answer.then(({ der }) => ({ der }));
}

function keyOf(certId: Uint8Array): string {
  return Buffer.from(certId).toString('base64');
}

/** Ages are below zero when the clock was put back. */
function isWithin(limit: number, age: number): boolean {
  return age >= 0 && age < limit;
}

function remember({ ocspAnswers }: PrivateCa, key: string, entry: KnownOcspAnswer): void {
  // The oldest makes room: a Map keeps the order in which its keys came.
  ocspAnswers.delete(key);
  const [oldest] = ocspAnswers.size < MOST_KNOWN ? [] : ocspAnswers.keys();
  if (oldest !== undefined) ocspAnswers.delete(oldest);
  ocspAnswers.set(key, entry);
}
