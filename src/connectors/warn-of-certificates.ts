import type { Issuer } from '../issuer/issuer.ts';
import type { RecordStore } from '../store/record-store.ts';
import { parseStoredCertificate } from '../x509/parse-certificate.ts';
import { allConnectorIds } from './account-record.ts';
import { certificateWarnings } from './certificate-warnings.ts';
import type { ConnectorRecord } from './connector-record.ts';
import { findConnector } from './find-connector.ts';
import { listRaGenerations } from './ra/ra-generations.ts';

/** Tells an administrator of a certificate that some devices or relying parties refuse. */
export type WarnOfCertificate = (connectorArn: string, warning: string) => void;

interface Dependencies {
  readonly store: RecordStore;
  readonly issuer: Issuer;
  /** Without it nobody is told. */
  readonly warnOfCertificate?: WarnOfCertificate | undefined;
}

/** Looks at the newest RA certificate of a connector, and at its CA's. @throws IssuerError */
export async function warnOfCertificates(
  { store, issuer, warnOfCertificate }: Dependencies,
  { id, arn, certificateAuthorityArn }: ConnectorRecord,
): Promise<void> {
  if (warnOfCertificate === undefined) return;
  const newest = (await listRaGenerations(store, id)).at(-1);
  if (newest === undefined) return;
  const { certificate, chain } = await issuer.describeAuthority(certificateAuthorityArn);
  const path = [
    parseStoredCertificate(certificate),
    ...chain.map((der) => parseStoredCertificate(der)),
  ] as const;
  for (const warning of certificateWarnings(newest.certificate, path)) {
    warnOfCertificate(arn, warning);
  }
}

/**
 * Looks at the certificates of all connectors that are ACTIVE.
 * @throws AggregateError with every failure, after all have had their turn
 */
export async function warnOfAllCertificates(deps: Dependencies): Promise<void> {
  const errors: unknown[] = [];
  for await (const id of allConnectorIds(deps.store)) {
    try {
      const connector = await findConnector(deps.store, id);
      if (connector?.status === 'ACTIVE') await warnOfCertificates(deps, connector);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'certificates could not be looked at');
}
