import { AwsError } from '../aws-wire/aws-error.ts';
import type { Caller } from '../aws-wire/caller.ts';
import { renderQuery, renderQueryError } from '../aws-wire/render-query.ts';
import type { SignedRequest } from '../aws-wire/sigv4/signed-request.ts';
import type { ApiCall, WireProtocol } from './api-call.ts';

export const QUERY: WireProtocol = { renderError: renderQueryError, faultCode: 'InternalFailure' };

const FORM = /^application\/x-www-form-urlencoded\b/i;
const OPERATION = 'GetCallerIdentity';

/**
 * Reads a request for STS, in the AWS Query protocol: aws-privateca-issuer and Terraform begin with
 * GetCallerIdentity. It needs no permission, as at AWS (STS API Reference, GetCallerIdentity).
 * @throws AwsError UnknownOperationException for every other operation of STS
 */
export function readIdentityCall(caller: Caller, { method, body }: SignedRequest): ApiCall {
  const action = new URLSearchParams(Buffer.from(body).toString()).get('Action');
  if (method !== 'POST' || action !== OPERATION) {
    throw new AwsError('UnknownOperationException', `Of STS only ${OPERATION} is served here`);
  }
  const { accountId, arn } = caller;
  // AWS returns an opaque id of the user; here a user has only a name.
  const userId = arn.slice(arn.lastIndexOf('/') + 1);
  return {
    operation: OPERATION,
    answer: async () => renderQuery(OPERATION, { Arn: arn, UserId: userId, Account: accountId }),
  };
}

/** Whether a request seems to be in the AWS Query protocol. */
export function isForm({ headers }: Pick<SignedRequest, 'headers'>): boolean {
  return headers.some(([name, value]) => name.toLowerCase() === 'content-type' && FORM.test(value));
}
