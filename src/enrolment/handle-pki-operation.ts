import type { ConnectorPolicy } from '../connectors/connector-policy.ts';
import { readConnectorPolicy } from '../connectors/connector-policy.ts';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import type { FindRaIdentities, RaIdentity } from '../connectors/ra-identities.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { buildCertRep, replyDigest } from '../scep/build-cert-rep.ts';
import type { AddressedEnvelope } from '../scep/find-recipient.ts';
import { findRecipient } from '../scep/find-recipient.ts';
import { requestTypeOf } from '../scep/message-types.ts';
import { openPkiRequest } from '../scep/open-pki-request.ts';
import type { PkiRequest } from '../scep/read-pki-message.ts';
import { readPkiRequest } from '../scep/read-pki-message.ts';
import { Refusal } from '../scep/refusal.ts';
import type { VerifiedRequest } from '../scep/verify-pki-request.ts';
import { verifyPkiRequest } from '../scep/verify-pki-request.ts';
import type { RecordStore } from '../store/record-store.ts';
import { authorise } from './authorise.ts';
import type { FindChallenge } from './check-challenge.ts';
import type { Decision } from './decision.ts';
import { granted, refused } from './decision.ts';
import { findIssued, issue } from './issue.ts';
import { readCertificationRequest } from './read-certification-request.ts';
import { transactionKey } from './transaction-record.ts';

export interface EnrolmentDependencies {
  readonly store: RecordStore;
  readonly issuer: Issuer;
  readonly findRaIdentities: FindRaIdentities;
  /** The challenges of one connector. */
  readonly findChallenge: (connectorId: string) => FindChallenge;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
}

export interface PkiOperationResult {
  /** DER. */
  readonly certRep: Uint8Array;
  readonly request: PkiRequest;
  readonly decision: Decision;
}

/**
 * Answers one PKIOperation: reads the message, decides, and wraps the decision into a CertRep signed by the RA identity that
 * the message was encrypted to, or by the current one.
 * @throws DecodeError when the message is not one that can be answered by a CertRep; IssuerError when the CA
 * cannot be asked now
 */
export async function handlePkiOperation(
  deps: EnrolmentDependencies,
  connector: ConnectorRecord,
  message: Uint8Array,
): Promise<PkiOperationResult> {
  const request = readPkiRequest(message);
  const policy = readConnectorPolicy(connector.tags);
  const raIdentities = await deps.findRaIdentities(connector.id);
  if (raIdentities === undefined) throw new Error(`${connector.arn} has no valid RA identity`);
  const addressed = findRecipient(request, raIdentities.usable);
  const signer = addressed?.recipient ?? raIdentities.current;
  const decision = await decide(deps, connector, policy, request, addressed);
  const digest = replyDigest(request, policy.algorithms);
  const now = new Date(deps.clock());
  const signature = { certificate: signer.certificate, privateKey: signer.privateKey, digest };
  const certRep = buildCertRep(decision.outcome, request, signature, now, deps.randomBytes);
  return { certRep, request, decision };
}

async function decide(
  deps: EnrolmentDependencies,
  connector: ConnectorRecord,
  policy: ConnectorPolicy,
  request: PkiRequest,
  addressed: AddressedEnvelope<RaIdentity> | undefined,
): Promise<Decision> {
  try {
    const verified = verifyPkiRequest(request, policy.algorithms);
    switch (requestTypeOf(request.attributes.messageType)) {
      case 'PKCSReq':
        return await enrol(deps, connector, policy, verified, addressed);
      case 'RenewalReq':
        throw new Refusal('message-type-not-served');
      case 'CertPoll':
      case 'GetCert':
      case 'GetCRL':
        throw new Refusal('certificate-not-found');
      case undefined:
        throw new Refusal('message-type-unknown');
    }
  } catch (error) {
    if (error instanceof Refusal) return refused(error);
    throw error;
  }
}

async function enrol(
  deps: EnrolmentDependencies,
  connector: ConnectorRecord,
  policy: ConnectorPolicy,
  verified: VerifiedRequest,
  addressed: AddressedEnvelope<RaIdentity> | undefined,
): Promise<Decision> {
  const opened = openPkiRequest(verified, addressed, policy.algorithms);
  const csr = readCertificationRequest(opened);
  const key = transactionKey(verified.request.attributes.transactionIdDer, csr.der);
  const known = await findIssued(deps.store, connector.id, key);
  if (known !== undefined) return granted(known, opened);
  const authorised = await authorise(csr, policy, deps.findChallenge(connector.id));
  const issued = await issue(deps, connector, policy, key, authorised);
  return granted(issued, opened);
}
