import type { Caller } from '../aws-wire/caller.ts';
import { JSON_CODEC } from '../aws-wire/json-codec.ts';
import { matchRoute } from '../aws-wire/rest-json/match-route.ts';
import { readRestJsonInput } from '../aws-wire/rest-json/read-rest-json-input.ts';
import {
  FRONT_END_ERRORS,
  renderRestJson,
  renderRestJsonError,
} from '../aws-wire/rest-json/render-rest-json.ts';
import { type Gates, runOperation } from '../aws-wire/run-operation.ts';
import { headerOf, type SignedRequest } from '../aws-wire/sigv4/signed-request.ts';
import { splitTarget } from '../aws-wire/sigv4/split-target.ts';
import type { ConnectorApi, Operation } from '../connector-api/operation.ts';
import { OPERATIONS } from '../connector-api/operations/operations.ts';
import { type ApiCall, asModelled, type WireProtocol } from './api-call.ts';

export const REST_JSON: WireProtocol = {
  renderError: renderRestJsonError,
  faultCode: 'InternalServerException',
};

/**
 * Reads a request for Connector for SCEP, in REST-JSON.
 * @throws AwsError UnknownOperationException
 */
export function readConnectorCall(
  { gates, connectorApi }: { readonly gates: Gates; readonly connectorApi: ConnectorApi },
  caller: Caller,
  { method, target, headers, body }: SignedRequest,
): ApiCall {
  const host = headerOf(headers, 'host');
  const { path, query } = splitTarget(target, host);
  const { name, labels } = matchRoute(OPERATIONS, method, path);
  const operation: Operation<unknown, unknown> = OPERATIONS[name];
  return {
    operation: name,
    answer: async () => {
      const input = readRestJsonInput(operation, { labels, query, body });
      const call = { caller, name, operation, input, codec: JSON_CODEC };
      try {
        const output = await runOperation(gates, connectorApi, call);
        return renderRestJson(operation.http.status, output);
      } catch (error) {
        throw asModelled(error, [...operation.errors, ...FRONT_END_ERRORS]);
      }
    },
  };
}
