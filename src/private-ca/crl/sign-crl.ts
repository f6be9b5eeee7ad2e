import { HOUR_MS } from '../../durations.ts';
import { derSigned } from '../../x509/build-certificate.ts';
import { derTbsCertList } from '../../x509/build-crl.ts';
import type { SigningKey } from '../keys/signing-key.ts';
import { requireInstalled } from '../records/installed-certificate.ts';
import type { CrlPlan } from './plan-crl.ts';

/** As AWS does with thisUpdate and notBefore, for clients whose clocks are slow. */
export const CRL_BACKDATING_MS = HOUR_MS;

/**
 * The CRL of a plan, DER, signed by the key of its authority. Times are milliseconds since the
 * epoch.
 */
export async function signCrl(
  key: SigningKey,
  { authority, lifeMs, urls }: CrlPlan,
  list: {
    readonly issuedAt: number;
    readonly crlNumber: bigint;
    readonly revoked: readonly Uint8Array[];
  },
): Promise<Uint8Array> {
  const { signingAlgorithm } = authority;
  const { subject, keyIdentifier } = requireInstalled(authority);
  const tbs = derTbsCertList({
    signingAlgorithm,
    issuer: subject,
    issuerKeyIdentifier: keyIdentifier,
    thisUpdate: new Date(list.issuedAt - CRL_BACKDATING_MS),
    nextUpdate: new Date(list.issuedAt + lifeMs),
    crlNumber: list.crlNumber,
    revoked: list.revoked,
    issuingDistributionPoint: urls,
  });
  return derSigned(tbs, signingAlgorithm, await key.sign(signingAlgorithm, tbs));
}
