import type { ConnectorRecord } from '../connectors/connector-record.ts';
import type { RaIdentity, RaIdentitySet } from '../connectors/ra/ra-identities.ts';
import type { ConnectorPolicy } from '../connectors/tags/connector-policy.ts';
import type { AddressedEnvelope } from '../scep/find-recipient.ts';
import type { VerifiedRequest } from '../scep/verify-pki-request.ts';

/** One request whose signature holds, and what it is judged by. */
export interface Exchange {
  readonly connector: ConnectorRecord;
  readonly policy: ConnectorPolicy;
  readonly raIdentities: RaIdentitySet;
  readonly verified: VerifiedRequest;
  /** Its envelope, when that is for one of our identities and can be read. */
  readonly addressed: AddressedEnvelope<RaIdentity> | undefined;
}
