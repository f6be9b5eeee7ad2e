import { AwsError } from '../aws-wire/aws-error.ts';
import type { Caller } from '../aws-wire/caller.ts';
import type { OperationCall } from '../aws-wire/run-operation.ts';
import type { SignedRequest } from '../aws-wire/sigv4/signed-request.ts';
import type { ApiCall } from './api-call.ts';
import { privateCaProtocolOf } from './private-ca-protocols.ts';

/**
 * Runs an action of Private CA for a caller, after checking policy, rates and constraints. The name
 * of the action need not exist.
 * @returns the output; undefined for an action without one
 * @throws AwsError
 */
export type ServePrivateCa = (call: Omit<OperationCall<unknown>, 'operation'>) => Promise<unknown>;

const ELSEWHERE =
  'The CAs of this server are at AWS: send requests for Private CA to AWS (docs/aws-private-ca.md)';
const NO_ACTION =
  'Neither X-Amz-Target (AWS JSON 1.1) nor the path (Smithy RPC v2 CBOR) names an action of Private CA';

/**
 * Reads a request for Private CA, in any of its protocols.
 * @param serve undefined when the CA is elsewhere
 * @throws AwsError UnknownOperationException
 */
export function readPrivateCaCall(
  serve: ServePrivateCa | undefined,
  caller: Caller,
  request: SignedRequest,
): ApiCall {
  const { codec, actionOf, renderOutput } = privateCaProtocolOf(request);
  const name = actionOf(request);
  if (request.method !== 'POST' || name === undefined) throw unknown(NO_ACTION);
  if (serve === undefined) throw unknown(ELSEWHERE);
  return {
    operation: name,
    answer: async () => {
      const input = codec.decode(request.body);
      return renderOutput(await serve({ caller, name, input, codec }));
    },
  };
}

function unknown(message: string): AwsError {
  return new AwsError('UnknownOperationException', message);
}
