import type { ConnectorRecord } from '../../connectors/connector-record.ts';
import { IssuerError } from '../../issuer/issuer.ts';
import { Refusal } from '../../scep/refusal.ts';
import { isKnownRevoked } from '../authorise/is-known-revoked.ts';
import type { TransactionDependencies } from './start-transaction.ts';
import type { TransactionRecord } from './transaction-record.ts';

/**
 * Whether a request that is sent again is a new one: nothing came of the transaction and nothing will, or its certificate has
 * lived for so long that a device which asks again wants another.
 * @throws Refusal when its certificate has been revoked: a copy of the request brings no other
 */
export async function isOver(
  deps: Pick<TransactionDependencies, 'store' | 'issuer' | 'clock'>,
  connector: ConnectorRecord,
  transaction: TransactionRecord,
): Promise<boolean> {
  switch (transaction.state) {
    case 'issuing':
      return false;
    case 'failed':
      return transaction.reason !== 'issuing-uncertain';
    case 'issued':
      if (await isRevoked(deps, connector, transaction.serial)) {
        throw new Refusal('request-revoked');
      }
      return deps.clock() >= transaction.repeatUntil;
  }
}

/** Not when the issuer cannot say: then the certificate is given again, or the challenge decides, as for any other request. */
async function isRevoked(
  deps: Pick<TransactionDependencies, 'store' | 'issuer' | 'clock'>,
  connector: ConnectorRecord,
  serial: string,
): Promise<boolean> {
  try {
    return await isKnownRevoked(deps, connector, serial);
  } catch (error) {
    if (error instanceof IssuerError) return false;
    throw error;
  }
}
