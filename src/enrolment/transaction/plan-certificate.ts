import { createHash } from 'node:crypto';
import type { ConnectorRecord } from '../../connectors/connector-record.ts';
import type { RaIdentitySet } from '../../connectors/ra/ra-identities.ts';
import type { ConnectorPolicy } from '../../connectors/tags/connector-policy.ts';
import type { Passthrough } from '../../issuer/passthrough.ts';
import { parseStoredCertificate } from '../../x509/parse-certificate.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import { privateKeyName } from '../../x509/public-key.ts';
import type { Authorised } from '../authorise/authorise.ts';
import { requireUncompromisedKey } from '../authorise/certified-keys.ts';
import { requireUnreservedSubject } from '../authorise/reserved-names.ts';
import { type DecidedValidity, decideValidity } from './decide-validity.ts';
import type { TransactionDependencies } from './open-transaction.ts';
import { planPassthrough } from './plan-passthrough.ts';

/** What the CA is asked for. Times are milliseconds since the epoch. */
export interface CertificatePlan extends DecidedValidity {
  readonly csr: CertificationRequest;
  /** As `privateKeyName` makes it. */
  readonly keyName: string;
  /** Undefined when the CSR's extensions are the certificate's. */
  readonly passthrough: Passthrough | undefined;
  readonly idempotencyToken: string;
  readonly plannedAt: number;
}

export interface ConnectorWithPolicy {
  readonly connector: ConnectorRecord;
  readonly policy: ConnectorPolicy;
  readonly raIdentities: RaIdentitySet;
}

/**
 * Decides what an authorised request gets from the connector's CA.
 * @param attempt what makes the token, within the connector
 * @throws Refusal when the requested validity, the subject or the key is not allowed; IssuerError
 */
export async function planCertificate(
  deps: Pick<TransactionDependencies, 'store' | 'issuer' | 'clock'>,
  { connector, policy, raIdentities }: ConnectorWithPolicy,
  { csr, right, extensions }: Authorised,
  attempt: readonly (string | number)[],
): Promise<CertificatePlan> {
  const keyName = privateKeyName(csr.subjectPublicKeyInfo);
  const [authority] = await Promise.all([
    deps.issuer.describeAuthority(connector.certificateAuthorityArn),
    requireUncompromisedKey(deps, connector, keyName, right),
  ]);
  const issuing = parseStoredCertificate(authority.certificate);
  const path = [issuing, ...authority.chain.map(parseStoredCertificate)];
  requireUnreservedSubject(csr.subject, path, raIdentities);
  const plannedAt = deps.clock();
  return {
    ...{ csr, keyName },
    passthrough: planPassthrough(csr, extensions),
    idempotencyToken: idempotencyToken([connector.id, ...attempt]),
    ...decideValidity(csr, policy.validity, issuing.notAfter, plannedAt),
    plannedAt,
  };
}

/** At most 36 characters, as IssueCertificate requires. */
function idempotencyToken(name: readonly (string | number)[]): string {
  return createHash('sha256').update(name.join('/')).digest('hex').slice(0, 32);
}
