import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../durations.ts';
import {
  derOcspResponse,
  derOcspResponseData,
  type OcspSingleResponse,
} from '../../x509/build-ocsp-response.ts';
import { keyIdentifierOf } from '../../x509/key-identifier.ts';
import type { SigningContext } from '../keys/ca-signing-keys.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';

/** An OCSPResponse. Times are milliseconds since the epoch. */
export interface OcspAnswer {
  readonly der: Uint8Array;
  /** Whole seconds; undefined for an answer that is valid for its request only. */
  readonly validity?: { readonly thisUpdate: number; readonly nextUpdate: number };
}

/** An answer that is true as long as the certificate's record has this version. */
interface KnownOcspAnswer {
  readonly version: number;
  readonly answer: Promise<OcspAnswer>;
  readonly signedAt: number;
  /** When the record was last seen with this version. */
  confirmedAt: number;
}

/** How long caches may keep an answer, and therefore delay the news of a revocation. */
export const OCSP_CACHING_MS = 5 * MINUTE_MS;

/** From thisUpdate to nextUpdate. At AWS, OCSP may report a revocation up to an hour late. */
const LIFE_MS = HOUR_MS;

/**
 * Up to this age, an answer is reused when signing fails. Signing is tried again once half of its
 * life has passed; the last minutes of its life are left to caches that hold it.
 */
const LAST_USE_MS = LIFE_MS - 2 * OCSP_CACHING_MS;

/** For clients whose clocks are slow. */
const BACKDATING_MS = 5 * MINUTE_MS;

/** A process keeps this many answers of about 2 KiB each. */
const MOST_KNOWN = 4_096;

export async function signAnswer(
  ca: SigningContext,
  { id, subjectPublicKeyInfo, signingAlgorithm }: AuthorityRecord,
  responses: readonly OcspSingleResponse[],
  nonce: Uint8Array | undefined,
): Promise<OcspAnswer> {
  const now = Math.floor(ca.clock() / SECOND_MS) * SECOND_MS;
  const validity = { thisUpdate: now - BACKDATING_MS, nextUpdate: now + LIFE_MS };
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

/** The OCSP answers that this process has signed, by CertID. */
export interface OcspAnswers {
  /**
   * Returns the known answer while it is true and less than half of its life has passed; otherwise
   * the result of `sign`. When `sign` fails, it returns the known answer until its life ends.
   * Simultaneous calls share one signature.
   * @param version of the certificate's record, which a revocation changes
   */
  reuse(certId: Uint8Array, version: number, sign: () => Promise<OcspAnswer>): Promise<OcspAnswer>;
  /**
   * For use while the store is unavailable: an answer that was confirmed so recently that caches
   * may still serve it too. It has no validity, so it is not cached any longer.
   */
  recent(certId: Uint8Array): Promise<OcspAnswer> | undefined;
}

export function createOcspAnswers(clock: () => number): OcspAnswers {
  const answers = new Map<string, KnownOcspAnswer>();
  return {
    reuse(certId, version, sign) {
      const [key, now] = [keyOf(certId), clock()];
      const known = answers.get(key);
      const before = known?.version === version ? known : undefined;
      if (before && isWithin(LIFE_MS / 2, now - before.signedAt)) {
        before.confirmedAt = now;
        return before.answer;
      }
      const answer = sign().catch((error: unknown) => {
        // An entry of a later version, stored after a revocation meanwhile, stays.
        const isLatest = answers.get(key) === entry;
        // The next request tries again.
        if (isLatest) answers.delete(key);
        if (!before || !isWithin(LAST_USE_MS, clock() - before.signedAt)) throw error;
        if (isLatest) remember(answers, key, before);
        return before.answer;
      });
      const entry = { version, answer, signedAt: now, confirmedAt: now };
      remember(answers, key, entry);
      return answer;
    },
    recent(certId) {
      const known = answers.get(keyOf(certId));
      if (!known || !isWithin(OCSP_CACHING_MS, clock() - known.confirmedAt)) return undefined;
      return known.answer.then(({ der }) => ({ der }));
    },
  };
}

function keyOf(certId: Uint8Array): string {
  return Buffer.from(certId).toString('base64');
}

/** An age is negative after the clock was set back. */
function isWithin(limit: number, age: number): boolean {
  return age >= 0 && age < limit;
}

/** Adds an answer and drops the oldest when there are too many: a Map keeps insertion order. */
function remember(
  answers: Map<string, KnownOcspAnswer>,
  key: string,
  entry: KnownOcspAnswer,
): void {
  answers.delete(key);
  const [oldest] = answers.size < MOST_KNOWN ? [] : answers.keys();
  if (oldest !== undefined) answers.delete(oldest);
  answers.set(key, entry);
}
