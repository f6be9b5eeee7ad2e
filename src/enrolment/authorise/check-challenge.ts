import { DecodeError } from '../../asn1/decode-error.ts';
import type { ChallengeRecord } from '../../connectors/challenges/challenge-record.ts';
import { challengePasswords } from '../../scep/challenge-passwords.ts';
import { Refusal } from '../../scep/refusal.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';

/** The connector's challenge with this password, or undefined. */
export type FindChallengeByPassword = (password: string) => Promise<ChallengeRecord | undefined>;

/**
 * The challenge whose password the request carries (RFC 8894 section 2.4). It must carry exactly
 * one.
 * @throws Refusal 'challenge-missing', 'challenge-repeated' or 'challenge-wrong'
 */
export async function checkChallenge(
  csr: CertificationRequest,
  findChallenge: FindChallengeByPassword,
): Promise<ChallengeRecord> {
  const [password, ...others] = passwordsOf(csr);
  if (password === undefined) throw new Refusal('challenge-missing');
  if (others.length > 0) throw new Refusal('challenge-repeated');
  const challenge = await findChallenge(password);
  if (challenge === undefined) throw new Refusal('challenge-wrong');
  return challenge;
}

/**
 * The challenge password of a request with exactly one; otherwise undefined.
 * @throws Refusal 'challenge-wrong' when it cannot be read
 */
export function singleChallengePassword(csr: CertificationRequest): string | undefined {
  const [password, ...others] = passwordsOf(csr);
  return others.length === 0 ? password : undefined;
}

function passwordsOf(csr: CertificationRequest): string[] {
  try {
    return challengePasswords(csr);
  } catch (error) {
    if (error instanceof DecodeError) throw new Refusal('challenge-wrong', error.message);
    throw error;
  }
}
