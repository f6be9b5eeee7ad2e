import type { ConnectorRecord } from '../../connectors/connector-record.ts';
import { IssuerError } from '../../issuer/issuer.ts';
import { Refusal } from '../../scep/refusal.ts';
import { isKnownRevoked } from '../authorise/is-known-revoked.ts';
import type { TransactionDependencies } from './open-transaction.ts';
import type { TransactionRecord } from './transaction-record.ts';

type Dependencies = Pick<TransactionDependencies, 'store' | 'issuer' | 'clock'>;

/**
 * Whether a repeated request counts as a new one: it failed and certainly no certificate was
 * issued, or its certificate is past half of its life.
 * @throws Refusal when its certificate has been revoked: the same request gets no other
 */
export async function isOver(
  deps: Dependencies,
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

/** False when the issuer cannot say: the certificate is sent again, or the challenge decides. */
async function isRevoked(
  deps: Dependencies,
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
