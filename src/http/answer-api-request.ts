import { AwsError } from '../aws-wire/aws-error.ts';
import type { Caller, Service } from '../aws-wire/caller.ts';
import type { WireReply } from '../aws-wire/codec.ts';
import type { Gates } from '../aws-wire/run-operation.ts';
import type { Authenticate, CheckHead } from '../aws-wire/sigv4/create-authenticator.ts';
import type { RequestHead, SignedRequest } from '../aws-wire/sigv4/signed-request.ts';
import type { ConnectorApi } from '../connector-api/operation.ts';
import { StoreUnavailableError } from '../store/record-store.ts';
import type { ApiCall, WireProtocol } from './api-call.ts';
import { isForPrivateCa, privateCaProtocolOf } from './private-ca-protocols.ts';
import { REST_JSON, readConnectorCall } from './read-connector-call.ts';
import { isForm, QUERY, readIdentityCall } from './read-identity-call.ts';
import { readPrivateCaCall, type ServePrivateCa } from './read-private-ca-call.ts';
import { readAuditReportCall, type ServeAuditReport } from './serve-audit-report.ts';
import { readCrlCall, type ServeCrl } from './serve-crl.ts';

export interface ApiDependencies {
  readonly authenticate: Authenticate;
  readonly checkHead: CheckHead;
  readonly gates: Gates;
  /** Rejects while the store is not that of this server. */
  readonly requireStore?: (() => Promise<void>) | undefined;
  readonly connectorApi: ConnectorApi;
  /** Undefined when the CA is elsewhere. */
  readonly servePrivateCa?: ServePrivateCa | undefined;
  readonly serveAuditReport?: ServeAuditReport | undefined;
  readonly serveCrl?: ServeCrl | undefined;
}

/** An answer, with what the log says about it. */
export interface ApiAnswer {
  readonly reply: WireReply;
  /** Undefined for a request that is not authentic. */
  readonly caller?: Caller;
  /** Undefined when the request names no operation. */
  readonly operation?: string;
  /** What the caller is told went wrong. */
  readonly error?: AwsError;
  /** The cause, which only the log shows. */
  readonly fault?: unknown;
}

/**
 * Answers a request to either API, or to STS. Nothing in the request is read or believed before its
 * signature is verified. The scope of the signature says which API it is for.
 */
export async function answerApiRequest(
  deps: ApiDependencies,
  request: SignedRequest,
): Promise<ApiAnswer> {
  let known: Pick<ApiAnswer, 'caller' | 'operation'> = {};
  let protocol = protocolOf(request);
  try {
    const caller = deps.authenticate(request);
    known = { caller };
    protocol = PROTOCOLS[caller.service](request);
    if (caller.service !== 'sts') await deps.requireStore?.();
    const call = readCall(deps, caller, request);
    known = { caller, operation: call.operation };
    return { ...known, reply: await call.answer() };
  } catch (error) {
    return { ...known, ...answerError(protocol, error) };
  }
}

const PROTOCOLS = {
  'acm-pca': privateCaProtocolOf,
  'pca-connector-scep': () => REST_JSON,
  sts: () => QUERY,
} as const satisfies Record<Service, (request: SignedRequest) => WireProtocol>;

function readCall(deps: ApiDependencies, caller: Caller, request: SignedRequest): ApiCall {
  switch (caller.service) {
    case 'acm-pca':
      return (
        readAuditReportCall(deps.serveAuditReport, caller, request) ??
        readCrlCall(deps.serveCrl, caller, request) ??
        readPrivateCaCall(deps.servePrivateCa, caller, request)
      );
    case 'pca-connector-scep':
      return readConnectorCall(deps, caller, request);
    case 'sts':
      return readIdentityCall(caller, request);
  }
}

/** The answer to a request that is refused whatever its body is; undefined if the body matters. */
export function refuseUnread(
  { checkHead }: Pick<ApiDependencies, 'checkHead'>,
  head: RequestHead,
): ApiAnswer | undefined {
  try {
    checkHead(head);
    return undefined;
  } catch (error) {
    return answerError(protocolOf(head), error);
  }
}

/** The protocol that the client seems to speak, before its signature says so. */
export function protocolOf(request: Pick<SignedRequest, 'headers'>): WireProtocol {
  if (isForPrivateCa(request)) return privateCaProtocolOf(request);
  return isForm(request) ? QUERY : REST_JSON;
}

/**
 * Shows an AwsError to the caller and hides anything else behind an opaque 5xx error, which SDKs
 * retry: at once, or after a pause when the store is unavailable.
 */
export function answerError(
  { renderError, faultCode }: WireProtocol,
  error: unknown,
): Pick<ApiAnswer, 'reply' | 'error' | 'fault'> {
  if (error instanceof AwsError) return { reply: renderError(error), error };
  const opaque =
    error instanceof StoreUnavailableError
      ? new AwsError('ServiceUnavailable', 'The service is not available. Try again later')
      : new AwsError(faultCode, 'An internal error occurred');
  return { reply: renderError(opaque), error: opaque, fault: error };
}
