import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { requireRaIdentities } from '../connectors/ra/ra-identities.ts';
import { readConnectorPolicy } from '../connectors/tags/connector-policy.ts';
import { IssuerError } from '../issuer/issuer.ts';
import { buildCertRep, replyDigest } from '../scep/build-cert-rep.ts';
import { findRecipient } from '../scep/find-recipient.ts';
import { type RequestType, requestTypeOf } from '../scep/message-types.ts';
import { type PkiRequest, readPkiRequest } from '../scep/read-pki-message.ts';
import { Refusal } from '../scep/refusal.ts';
import { verifyPkiRequest } from '../scep/verify-pki-request.ts';
import type { EnrolmentDependencies, Exchange } from './decider.ts';
import { type Decision, refused } from './decision.ts';
import { enrolByPkcsReq, enrolByRenewalReq } from './enrol.ts';
import { findCertificate } from './find-certificate.ts';
import { findRevocationList } from './find-revocation-list.ts';
import { pollTransaction } from './poll-transaction.ts';
import { refusalReasonOf } from './transaction/refusal-reason-of.ts';

export interface PkiOperationResult {
  /** DER. */
  readonly certRep: Uint8Array;
  readonly request: PkiRequest;
  readonly decision: Decision;
}

/** Who decides about which messageType. There is no other way to an answer, and only the first two lead to the CA. */
const DECIDERS = {
  PKCSReq: enrolByPkcsReq,
  RenewalReq: enrolByRenewalReq,
  CertPoll: pollTransaction,
  GetCert: findCertificate,
  GetCRL: findRevocationList,
} as const satisfies Record<
  RequestType,
  (deps: EnrolmentDependencies, exchange: Exchange) => Promise<Decision>
>;

/**
 * Answers one PKIOperation: reads the message, decides, and wraps the decision into a CertRep signed by the RA identity that
 * the message was encrypted to, or by the current one.
 * @throws DecodeError when the message is not one that can be answered by a CertRep; IssuerError when the CA
 * cannot be asked just now
 */
export async function handlePkiOperation(
  deps: EnrolmentDependencies,
  connector: ConnectorRecord,
  message: Uint8Array,
): Promise<PkiOperationResult> {
  const request = readPkiRequest(message);
  const policy = readConnectorPolicy(connector.tags);
  const raIdentities = await requireRaIdentities(deps.findRaIdentities, connector);
  const addressed = findRecipient(request, raIdentities.usable);
  const context = { connector, policy, raIdentities, addressed };
  const decision = await decide(deps, request, context);
  const { certificate, privateKey } = addressed?.recipient ?? raIdentities.current;
  const signer = { certificate, privateKey, digest: replyDigest(request, policy.algorithms) };
  const now = new Date(deps.clock());
  const certRep = buildCertRep(decision.outcome, request, {
    ...{ signer, now, randomBytes: deps.randomBytes },
  });
  return { certRep, request, decision };
}

async function decide(
  deps: EnrolmentDependencies,
  request: PkiRequest,
  context: Omit<Exchange, 'verified'>,
): Promise<Decision> {
  try {
    const verified = verifyPkiRequest(request, context.policy.algorithms);
    const type = requestTypeOf(request.attributes.messageType);
    if (type === undefined) throw new Refusal('message-type-unknown');
    return await DECIDERS[type](deps, { ...context, verified });
  } catch (error) {
    const refusal = error instanceof IssuerError ? refusalBy(error) : error;
    if (refusal instanceof Refusal) return refused(refusal);
    throw error;
  }
}

/** Whatever the CA was asked for: what somebody must mend there is told; what passes by itself is HTTP 503. */
function refusalBy(error: IssuerError): Refusal | undefined {
  const reason = refusalReasonOf(error.fault);
  return reason && new Refusal(reason, undefined, error);
}
