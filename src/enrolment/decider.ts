import type { ConnectorRecord } from '../connectors/connector-record.ts';
import type {
  FindRaIdentities,
  RaIdentity,
  RaIdentitySet,
} from '../connectors/ra/ra-identities.ts';
import type { ConnectorPolicy } from '../connectors/tags/connector-policy.ts';
import type { AddressedEnvelope } from '../scep/find-recipient.ts';
import type { VerifiedRequest } from '../scep/verify-pki-request.ts';
import type { FindChallengeByPassword } from './authorise/check-challenge.ts';
import type { Decision } from './decision.ts';
import type { TransactionDependencies } from './transaction/open-transaction.ts';

/** One request with a valid signature, and what decides about it. */
export interface Exchange {
  readonly connector: ConnectorRecord;
  readonly policy: ConnectorPolicy;
  readonly raIdentities: RaIdentitySet;
  readonly verified: VerifiedRequest;
  /** Its envelope, when it is readable and addressed to one of the connector's RA identities. */
  readonly addressed: AddressedEnvelope<RaIdentity> | undefined;
}

/** The dependencies of the deciders; `wire.ts` puts them together. */
export interface EnrolmentDependencies extends TransactionDependencies {
  readonly findRaIdentities: FindRaIdentities;
  /** The challenges of one connector. */
  readonly findChallenge: (connectorId: string) => FindChallengeByPassword;
  /** For requests that are encrypted with a challenge password. */
  readonly listChallengePasswords: (connectorId: string) => AsyncIterable<string>;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** Decides about a request of one messageType. @throws Refusal, IssuerError */
export type Decider = (deps: EnrolmentDependencies, exchange: Exchange) => Promise<Decision>;
