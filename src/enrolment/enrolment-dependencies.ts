import type { FindRaIdentities } from '../connectors/ra/ra-identities.ts';
import type { FindChallenge } from './authorise/check-challenge.ts';
import type { TransactionDependencies } from './transaction/start-transaction.ts';

/** What deciding a PKIOperation takes; `wire.ts` puts it together. */
export interface EnrolmentDependencies extends TransactionDependencies {
  readonly findRaIdentities: FindRaIdentities;
  /** The challenges of one connector. */
  readonly findChallenge: (connectorId: string) => FindChallenge;
  /** The passwords of a connector's challenges, for requests that are encrypted by one. */
  readonly challengePasswords: (connectorId: string) => AsyncIterable<string>;
  readonly randomBytes: (length: number) => Uint8Array;
}
