import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { IssuerError } from '../issuer/issuer.ts';
import { Refusal } from '../scep/refusal.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';
import type { EnrolmentDependencies } from './enrolment-dependencies.ts';
import { findBySerialKey } from './issued-certificate-record.ts';
import type { TransactionRecord } from './transaction-record.ts';

/**
 * Whether a request that is sent again is a new one: nothing came of the transaction and nothing will, or its certificate has
 * lived for so long that a device which asks again wants another.
 * @throws Refusal when its certificate has been revoked: the key is not trusted any more, and who holds the request may be
 * whoever stole the key; IssuerError
 */
export async function isOver(
  deps: EnrolmentDependencies,
  connector: ConnectorRecord,
  transaction: TransactionRecord,
): Promise<boolean> {
  switch (transaction.state) {
    case 'issuing':
      return false;
    case 'failed':
      return transaction.reason !== 'issuing-uncertain';
    case 'issued': {
      const isRepeated = deps.clock() < transaction.repeatUntil;
      if (await isRevoked(deps, connector, transaction.serial, isRepeated)) {
        throw new Refusal('request-revoked');
      }
      return !isRepeated;
    }
  }
}

/** @param isGranted what has been granted is not kept back because nobody can say just now whether it is revoked */
async function isRevoked(
  { store, issuer }: EnrolmentDependencies,
  connector: ConnectorRecord,
  serial: string,
  isGranted: boolean,
): Promise<boolean> {
  const issued = await findBySerialKey(store, connector, serial);
  if (issued === undefined) return false;
  const certificate = parseCertificate(issued.value.certificate);
  try {
    return await issuer.isRevoked(connector.certificateAuthorityArn, certificate);
  } catch (error) {
    if (isGranted && error instanceof IssuerError) return false;
    throw error;
  }
}
