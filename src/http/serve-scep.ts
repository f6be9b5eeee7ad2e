import type { Request, Response } from 'express';
import { DecodeError } from '../asn1/decode-error.ts';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import {
  caCapabilitiesReply,
  caCertificatesReply,
  nextCaCertificatesReply,
} from '../enrolment/ca-replies.ts';
import type { EnrolmentDependencies } from '../enrolment/decider.ts';
import { handlePkiOperation } from '../enrolment/handle-pki-operation.ts';
import { CA_RA_CERT_CONTENT_TYPE } from '../scep/build-ca-cert-reply.ts';
import { NEXT_CA_CERT_CONTENT_TYPE } from '../scep/build-next-ca-cert-reply.ts';
import { decodeGetMessage } from '../scep/decode-get-message.ts';
import { parseScepQuery } from '../scep/parse-scep-query.ts';
import { setRefusalHeaders } from './error-headers.ts';
import { noteForLog } from './log-exchanges.ts';
import { notePkiOperation, noteUnreadable } from './note-pki-operation.ts';
import { respond, respondText } from './respond.ts';

/** Finds the connector that a SCEP path names. */
export type FindConnector = (
  connectorSegment: string,
  urlSecret: string,
) => Promise<ConnectorRecord | undefined>;

interface Dependencies {
  readonly enrolment: EnrolmentDependencies;
}

/** A request to a connector, and its response. */
interface ScepCall {
  readonly connector: ConnectorRecord;
  readonly request: Request;
  readonly response: Response;
  readonly body: Uint8Array;
}

/**
 * Serves one SCEP URL (RFC 8894 section 4). The query names the operation; the path below the
 * connector's own is ignored.
 */
export async function serveScep(deps: Dependencies, call: ScepCall): Promise<void> {
  try {
    await serveOperation(deps, call);
  } catch (error) {
    if (error instanceof DecodeError) noteUnreadable(call.response, error.message);
    throw error;
  }
}

async function serveOperation(deps: Dependencies, call: ScepCall): Promise<void> {
  const { request, response } = call;
  const { operation, message } = parseScepQuery(request.url);
  if (request.method === 'POST') {
    await servePost(deps, call, operation);
  } else if (request.method === 'GET' || request.method === 'HEAD') {
    await serveGet(deps, call, operation, message ?? '');
  } else {
    refuseMethod(response, 'GET, POST');
  }
}

/**
 * Takes any POST as PKIOperation, even without an operation name, because SCEP has no other
 * (RFC 8894 section 4.3). Only the names of GET operations are refused.
 */
async function servePost(
  deps: Dependencies,
  call: ScepCall,
  operation: string | undefined,
): Promise<void> {
  if (operation?.startsWith('getca') || operation?.startsWith('getnextca')) {
    refuseMethod(call.response, 'GET');
    return;
  }
  await servePkiOperation(deps, call, call.body);
}

async function serveGet(
  deps: Dependencies,
  call: ScepCall,
  operation: string | undefined,
  message: string,
): Promise<void> {
  const { enrolment } = deps;
  const { connector, request, response } = call;
  const note = (name: string) =>
    noteForLog(response, { operation: name }, { message: 'CA operation answered' });
  switch (operation) {
    case 'getcacaps':
      note('GetCACaps');
      respond(response, 200, 'text/plain', await caCapabilitiesReply(enrolment, connector));
      return;
    case 'getcacert': {
      note('GetCACert');
      const reply = await caCertificatesReply(enrolment, connector);
      respond(response, 200, CA_RA_CERT_CONTENT_TYPE, reply);
      return;
    }
    case 'getnextcacert':
      note('GetNextCACert');
      await serveNextCaCert(deps, call);
      return;
    case 'pkioperation':
      if (request.method === 'HEAD') refuseMethod(response, 'GET, POST');
      else await servePkiOperation(deps, call, decodeGetMessage(message));
      return;
    default:
      respondText(
        response,
        400,
        'The operation is not one of GetCACaps, GetCACert, GetNextCACert, PKIOperation.',
      );
  }
}

async function serveNextCaCert(
  { enrolment }: Dependencies,
  { connector, response }: ScepCall,
): Promise<void> {
  const reply = await nextCaCertificatesReply(enrolment, connector);
  if (reply === undefined) {
    respondText(response, 404, 'There is no next CA certificate: no rollover is under way.');
  } else {
    respond(response, 200, NEXT_CA_CERT_CONTENT_TYPE, reply);
  }
}

async function servePkiOperation(
  { enrolment }: Dependencies,
  { connector, request, response }: ScepCall,
  message: Uint8Array,
): Promise<void> {
  response.setHeader('Cache-Control', 'no-store');
  const userAgent = request.get('user-agent');
  const result = await handlePkiOperation(enrolment, connector, message, userAgent);
  if (result.decision.refusal) setRefusalHeaders(response, result.decision.refusal);
  notePkiOperation(response, result);
  respond(response, 200, 'application/x-pki-message', result.certRep);
}

function refuseMethod(response: Response, allowed: string): void {
  response.setHeader('Allow', allowed);
  respondText(response, 405, `Use ${allowed} for this operation.`);
}
