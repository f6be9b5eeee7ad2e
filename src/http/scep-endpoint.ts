import type { Request, Response } from 'express';
import { DecodeError } from '../asn1/decode-error.ts';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { caCapabilitiesReply } from '../enrolment/ca-capabilities-reply.ts';
import {
  caCertificatesReply,
  nextCaCertificatesReply,
} from '../enrolment/ca-certificates-reply.ts';
import type { EnrolmentDependencies } from '../enrolment/enrolment-dependencies.ts';
import { handlePkiOperation } from '../enrolment/handle-pki-operation.ts';
import type { Logger } from '../observability/logger.ts';
import { CA_RA_CERT_CONTENT_TYPE } from '../scep/build-ca-cert-reply.ts';
import { NEXT_CA_CERT_CONTENT_TYPE } from '../scep/build-next-ca-cert-reply.ts';
import { decodeGetMessage } from '../scep/decode-get-message.ts';
import { parseScepQuery } from '../scep/parse-scep-query.ts';
import { logPkiOperation, logUnreadableRequest } from './log-pki-operation.ts';
import { respond, respondText } from './respond.ts';

/** Finds the connector that a SCEP path names. */
export type FindConnector = (
  connectorSegment: string,
  urlSecret: string,
) => Promise<ConnectorRecord | undefined>;

interface Dependencies {
  readonly enrolment: EnrolmentDependencies;
  readonly findConnector: FindConnector;
  readonly logger: Logger;
}

/**
 * Serves one SCEP URL (RFC 8894 section 4): the operation is in the query, whatever follows the connector's path. `request.body`
 * holds the octets of a POST.
 */
export async function serveScep(
  deps: Dependencies,
  request: Request<{ connector: string; secret: string }>,
  response: Response,
): Promise<void> {
  const connector = await deps.findConnector(request.params.connector, request.params.secret);
  if (connector === undefined) {
    respondText(response, 404, 'There is no connector at this URL.');
    return;
  }
  try {
    await serveConnector(deps, connector, request, response);
  } catch (error) {
    if (error instanceof DecodeError) {
      logUnreadableRequest(deps.logger, connector, request, error.message);
    }
    throw error;
  }
}

async function serveConnector(
  deps: Dependencies,
  connector: ConnectorRecord,
  request: Request,
  response: Response,
): Promise<void> {
  const { operation, message } = parseScepQuery(request.url);
  if (request.method === 'POST') {
    await servePost(deps, connector, operation, request, response);
  } else if (request.method === 'GET' || request.method === 'HEAD') {
    await serveGet(deps, connector, operation, message, request, response);
  } else {
    refuseMethod(response, 'GET, POST');
  }
}

/** SCEP has one POST operation, so a missing or odd name means that one (protocol C5); GetCACaps and the like are for GET. */
async function servePost(
  deps: Dependencies,
  connector: ConnectorRecord,
  operation: string | undefined,
  request: Request,
  response: Response,
): Promise<void> {
  if (operation?.startsWith('getca') || operation?.startsWith('getnextca')) {
    refuseMethod(response, 'GET');
    return;
  }
  const body: unknown = request.body;
  const message = body instanceof Uint8Array ? body : new Uint8Array();
  await servePkiOperation(deps, connector, message, request, response);
}

async function serveGet(
  deps: Dependencies,
  connector: ConnectorRecord,
  operation: string | undefined,
  message: string | undefined,
  request: Request,
  response: Response,
): Promise<void> {
  switch (operation) {
    case 'getcacaps':
      respond(response, 200, 'text/plain', await caCapabilitiesReply(deps.enrolment, connector));
      return;
    case 'getcacert':
      respond(
        response,
        200,
        CA_RA_CERT_CONTENT_TYPE,
        await caCertificatesReply(deps.enrolment, connector),
      );
      return;
    case 'getnextcacert':
      await serveNextCaCert(deps, connector, response);
      return;
    case 'pkioperation':
      if (request.method === 'HEAD') {
        refuseMethod(response, 'GET, POST');
        return;
      }
      await servePkiOperation(deps, connector, decodeGetMessage(message ?? ''), request, response);
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
  connector: ConnectorRecord,
  response: Response,
): Promise<void> {
  const reply = await nextCaCertificatesReply(enrolment, connector);
  if (reply === undefined) {
    respondText(response, 404, 'There is no next CA certificate: no rollover is under way.');
  } else {
    respond(response, 200, NEXT_CA_CERT_CONTENT_TYPE, reply);
  }
}

async function servePkiOperation(
  { enrolment, logger }: Dependencies,
  connector: ConnectorRecord,
  message: Uint8Array,
  request: Request,
  response: Response,
): Promise<void> {
  response.setHeader('Cache-Control', 'no-store');
  const result = await handlePkiOperation(enrolment, connector, message);
  logPkiOperation(logger, connector, request, result);
  respond(response, 200, 'application/x-pki-message', result.certRep);
}

function refuseMethod(response: Response, allowed: string): void {
  response.setHeader('Allow', allowed);
  respondText(response, 405, `Use ${allowed} for this operation.`);
}
