import { Refusal } from '../scep/refusal.ts';
import type { EnrolmentDependencies, Exchange } from './decider.ts';
import { type Decision, grantedRevocationList, replyAddress } from './decision.ts';
import { readIssuerAndSerialNumber, requireOwnIssuer } from './read-issuer-and-serial-number.ts';

/**
 * GetCRL (RFC 8894 section 3.3.5): the newest CRL of the connector's CA. Only the issuer is
 * compared; the serial number is ignored, since clients send various ones.
 * @throws Refusal 'certificate-not-found' for another issuer, 'revocation-list-missing' without a
 * CRL
 * @throws IssuerError
 */
export async function findRevocationList(
  deps: EnrolmentDependencies,
  exchange: Exchange,
): Promise<Decision> {
  const named = readIssuerAndSerialNumber(exchange);
  await requireOwnIssuer(deps.issuer, exchange, named.issuer);
  const { certificateAuthorityArn } = exchange.connector;
  const crl = await deps.issuer.getRevocationList(certificateAuthorityArn);
  if (crl === undefined) throw new Refusal('revocation-list-missing');
  return grantedRevocationList(crl, replyAddress(named.opened), deps.randomBytes);
}
