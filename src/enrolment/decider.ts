import type { ConnectorRecord } from '../connectors/connector-record.ts';
import type {
  FindRaIdentities,
  RaIdentity,
  RaIdentitySet,
} from '../connectors/ra/ra-identities.ts';
import type { ConnectorPolicy } from '../connectors/tags/connector-policy.ts';
import type { AddressedEnvelope } from '../scep/find-recipient.ts';
import type { VerifiedRequest } from '../scep/verify-pki-request.ts';
import type { FindChallenge } from './authorise/check-challenge.ts';
import type { TransactionDependencies } from './transaction/open-transaction.ts';

/** One request whose signature holds, and what it is judged by. */
export interface Exchange {
  readonly connector: ConnectorRecord;
  readonly policy: ConnectorPolicy;
  readonly raIdentities: RaIdentitySet;
  readonly verified: VerifiedRequest;
  /** Its envelope, when that is for one of our identities and can be read. */
  readonly addressed: AddressedEnvelope<RaIdentity> | undefined;
}

/** What deciding a PKIOperation takes; `wire.ts` puts it together. */
export interface EnrolmentDependencies extends TransactionDependencies {
  readonly findRaIdentities: FindRaIdentities;
  /** The challenges of one connector. */
  readonly findChallenge: (connectorId: string) => FindChallenge;
  /** The passwords of a connector's challenges, for requests that are encrypted by one. */
  readonly listChallengePasswords: (connectorId: string) => AsyncIterable<string>;
  readonly randomBytes: (length: number) => Uint8Array;
}
