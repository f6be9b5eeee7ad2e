import { AwsError } from '../aws-wire/aws-error.ts';
import type { Caller } from '../aws-wire/caller.ts';
import { readJsonObject } from '../aws-wire/read-json-object.ts';
import { renderJson11, renderJson11Error } from '../aws-wire/render-json-1-1.ts';
import type { SignedRequest } from '../aws-wire/sigv4/signed-request.ts';
import type { ApiCall, WireProtocol } from './api-call.ts';

export const JSON_1_1: WireProtocol = {
  renderError: renderJson11Error,
  faultCode: 'InternalFailure',
};

/**
 * Runs an action of Private CA for a caller, after checking rates, policy and constraints.
 * @param operation as in X-Amz-Target, without the prefix; it need not exist
 * @returns the output; undefined for an action without one
 * @throws AwsError
 */
export type ServePrivateCa = (
  caller: Caller,
  operation: string,
  input: Readonly<Record<string, unknown>>,
) => Promise<unknown>;

const ELSEWHERE =
  'The CAs of this server are at AWS: send requests for Private CA to AWS (docs/aws-private-ca.md)';

const TARGET = /^ACMPrivateCA\.(\w{1,64})$/;

/**
 * Reads a request for Private CA, in JSON 1.1.
 * @param serve undefined when the CA is elsewhere
 * @throws AwsError UnknownOperationException
 */
export function readPrivateCaCall(
  serve: ServePrivateCa | undefined,
  caller: Caller,
  request: SignedRequest,
): ApiCall {
  const [, operation] = TARGET.exec(targetOf(request) ?? '') ?? [];
  if (request.method !== 'POST' || operation === undefined) {
    throw unknown('X-Amz-Target names no action of Private CA');
  }
  if (serve === undefined) throw unknown(ELSEWHERE);
  return {
    operation,
    answer: async () => renderJson11(await serve(caller, operation, readJsonObject(request.body))),
  };
}

/** The X-Amz-Target header, which every request in JSON 1.1 has. */
export function targetOf({ headers }: Pick<SignedRequest, 'headers'>): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1];
}

function unknown(message: string): AwsError {
  return new AwsError('UnknownOperationException', message);
}
