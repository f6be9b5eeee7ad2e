import { AwsError, type AwsErrorCode } from '../aws-wire/aws-error.ts';
import { type Gates, runOperation } from '../aws-wire/run-operation.ts';
import { ACTIONS, type ActionName } from '../private-ca/actions/actions.ts';
import type { PrivateCa } from '../private-ca/private-ca.ts';
import { asModelled } from './api-call.ts';
import type { ServePrivateCa } from './read-private-ca-call.ts';

/** Errors that every action may return although its model does not list them. */
const COMMON_ERRORS: readonly AwsErrorCode[] = [
  'AccessDeniedException',
  'SerializationException',
  'ThrottlingException',
  'ValidationException',
];

/** Runs the actions of the embedded private CA for callers that pass the gates. */
export function servePrivateCa(ca: PrivateCa, gates: Gates): ServePrivateCa {
  return async (call) => {
    const { name } = call;
    if (!Object.hasOwn(ACTIONS, name)) {
      throw new AwsError('UnknownOperationException', `Private CA has no action ${name}`);
    }
    const operation = ACTIONS[name as ActionName];
    try {
      return await runOperation(gates, ca, { ...call, operation });
    } catch (error) {
      throw asModelled(error, [...operation.errors, ...COMMON_ERRORS]);
    }
  };
}
