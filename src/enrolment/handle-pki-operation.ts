import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { requireRaIdentities } from '../connectors/ra/ra-identities.ts';
import { connectorPolicy } from '../connectors/tags/connector-policy.ts';
import { IssuerError } from '../issuer/issuer.ts';
import { buildCertRep, replyDigest } from '../scep/build-cert-rep.ts';
import { findRecipient } from '../scep/find-recipient.ts';
import { type ClientName, guessClient } from '../scep/guess-client.ts';
import { type RequestType, requestTypeOf } from '../scep/message-types.ts';
import { type PkiRequest, readPkiRequest } from '../scep/read-pki-message.ts';
import { Refusal } from '../scep/refusal.ts';
import { verifyPkiRequest } from '../scep/verify-pki-request.ts';
import type { Decider, EnrolmentDependencies, Exchange } from './decider.ts';
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
  readonly client: ClientName;
  readonly decision: Decision;
}

/** Every reply comes from one of these; only the first two have a certificate issued. */
const DECIDERS = {
  PKCSReq: enrolByPkcsReq,
  RenewalReq: enrolByRenewalReq,
  CertPoll: pollTransaction,
  GetCert: findCertificate,
  GetCRL: findRevocationList,
} as const satisfies Record<RequestType, Decider>;

/**
 * Answers one PKIOperation: reads the message, decides, and builds a CertRep signed by the RA
 * identity that the message was encrypted to, or by the current one.
 * @param userAgent what the client calls itself, if it does
 * @throws DecodeError when the message cannot be answered with a CertRep
 * @throws IssuerError when the CA cannot be asked now
 */
export async function handlePkiOperation(
  deps: EnrolmentDependencies,
  connector: ConnectorRecord,
  message: Uint8Array,
  userAgent?: string,
): Promise<PkiOperationResult> {
  const request = readPkiRequest(message);
  const client = guessClient({ userAgent, request });
  const policy = connectorPolicy(connector);
  const raIdentities = await requireRaIdentities(deps.findRaIdentities, connector);
  const addressed = findRecipient(request, raIdentities.usable);
  const context = { connector, policy, raIdentities, addressed };
  const decision = await decide(deps, request, context);
  const { certificate, privateKey } = addressed?.recipient ?? raIdentities.current;
  const signer = { certificate, privateKey, digest: replyDigest(request, policy.algorithms) };
  const now = new Date(deps.clock());
  const certRep = buildCertRep(decision.outcome, request, {
    signer,
    client,
    now,
    randomBytes: deps.randomBytes,
  });
  return { certRep, request, client, decision };
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
    const refusal = error instanceof IssuerError ? refusalOf(error) : error;
    if (refusal instanceof Refusal) return refused(refusal);
    throw error;
  }
}

/** Undefined for a fault that passes by itself, which becomes HTTP 503. */
function refusalOf(error: IssuerError): Refusal | undefined {
  const reason = refusalReasonOf(error.fault);
  return reason && new Refusal(reason, undefined, error);
}
