import { equalBytes } from '../asn1/equal-bytes.ts';
import { Refusal } from '../scep/refusal.ts';
import type { VerifiedRequest } from '../scep/verify-pki-request.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';
import { findHolder, type Holder } from './authorise/find-holder.ts';
import {
  findBySerial,
  type IssuedCertificateRecord,
} from './authorise/issued-certificate-record.ts';
import type { EnrolmentDependencies, Exchange } from './decider.ts';
import { type Decision, grantedCertificate, replyAddress } from './decision.ts';
import { readIssuerAndSerialNumber, requireOwnIssuer } from './read-issuer-and-serial-number.ts';

/**
 * GetCert (RFC 8894 section 3.3.4): a device gets its own certificates again: those of its key, and
 * those in its certificate's line of renewals. Others look as if they did not exist.
 * @throws Refusal 'certificate-not-found'; IssuerError
 */
export async function findCertificate(
  deps: EnrolmentDependencies,
  exchange: Exchange,
): Promise<Decision> {
  const named = readIssuerAndSerialNumber(exchange);
  await requireOwnIssuer(deps.issuer, exchange, named.issuer);
  const entry = await findBySerial(deps.store, exchange.connector, named.serialNumber);
  const holder = await findHolder(deps, exchange);
  // Asked in any case, so that other devices' certificates get the same reply while the CA fails.
  const isRevoked = await holder?.isRevoked();
  if (isRevoked || entry === undefined || !owns(exchange.verified, holder, entry.value)) {
    throw new Refusal('certificate-not-found');
  }
  return grantedCertificate(entry.value, [], replyAddress(named.opened), deps.randomBytes);
}

function owns(
  { signerCertificate }: VerifiedRequest,
  holder: Holder | undefined,
  { certificate, lineage }: IssuedCertificateRecord,
): boolean {
  const { subjectPublicKeyInfo } = parseCertificate(certificate);
  const sameKey = equalBytes(subjectPublicKeyInfo, signerCertificate.subjectPublicKeyInfo);
  return sameKey || holder?.lineage === lineage;
}
