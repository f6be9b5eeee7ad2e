import type { ConnectorRecord } from '../../connectors/connector-record.ts';
import { type Issuer, IssuerError, type MadeCertificate } from '../../issuer/issuer.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { Refusal } from '../../scep/refusal.ts';
import type { IssuedCertificateRecord } from '../authorise/issued-certificate-record.ts';
import type { CertificatePlan } from './plan-certificate.ts';
import { refusalReasonOf } from './refusal-reason-of.ts';
import type { IssuedTransaction } from './transaction-record.ts';

/**
 * The certificate that a local CA makes before anything is stored. Nobody gets it before
 * `recordAtAuthority`.
 * @returns undefined when the CA is not local, or cannot make one now: then it is asked like a
 *   remote one
 * @throws Refusal when the CA will not issue
 */
export async function makeAtOnce(
  { local }: Issuer,
  { certificateAuthorityArn }: ConnectorRecord,
  { csr, passthrough, notBefore, notAfter, idempotencyToken }: CertificatePlan,
): Promise<MadeCertificate | undefined> {
  if (local === undefined) return undefined;
  const request = {
    ...{ authorityArn: certificateAuthorityArn, csr, idempotencyToken },
    notAfter: new Date(notAfter),
    ...omitUndefined({
      notBefore: notBefore === undefined ? undefined : new Date(notBefore),
      passthrough,
    }),
  };
  try {
    return await local.make(request);
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    const reason = refusalReasonOf(error.fault);
    if (reason === undefined) return undefined;
    throw new Refusal(reason, undefined, error);
  }
}

/**
 * Puts the certificate of an issued transaction on the record of a local CA, unless it is there. It
 * comes before every reply, so that whoever comes after a crash finishes what the dead process
 * left.
 * @throws IssuerError
 */
export async function recordAtAuthority(
  { local }: Issuer,
  { certificateAuthorityArn: authorityArn }: ConnectorRecord,
  { recording }: IssuedTransaction,
  { certificate, certificateArn }: IssuedCertificateRecord,
): Promise<void> {
  if (recording === undefined) return;
  if (local === undefined) {
    const message = `${certificateArn} was made by an embedded CA, which this process does not have`;
    throw new IssuerError('unavailable', message);
  }
  await local.record({ authorityArn, certificateArn, certificate, ...recording });
}
