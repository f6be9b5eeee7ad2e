import { KeyStoreError } from '../key-store.ts';

/** A key is not where its record says. Looked for once more after logging in again: some modules show an absent token empty. */
export class MissingKeyError extends Error {
  override readonly name = 'MissingKeyError';
}

/** What a session, a login or a key handle that is no longer good gives; the vague ones are what makers give for a lost network. */
const LOST: ReadonlySet<string> = new Set([
  'CKR_CRYPTOKI_NOT_INITIALIZED',
  'CKR_DEVICE_ERROR',
  'CKR_DEVICE_REMOVED',
  'CKR_FUNCTION_FAILED',
  'CKR_GENERAL_ERROR',
  'CKR_KEY_HANDLE_INVALID',
  'CKR_OBJECT_HANDLE_INVALID',
  'CKR_SESSION_CLOSED',
  'CKR_SESSION_HANDLE_INVALID',
  'CKR_TOKEN_NOT_PRESENT',
  'CKR_TOKEN_NOT_RECOGNIZED',
  'CKR_USER_NOT_LOGGED_IN',
]);

/** What a token without the mechanism, the curve or the key length gives. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  'CKR_ATTRIBUTE_VALUE_INVALID',
  'CKR_CURVE_NOT_SUPPORTED',
  'CKR_DOMAIN_PARAMS_INVALID',
  'CKR_KEY_SIZE_RANGE',
  'CKR_MECHANISM_INVALID',
  'CKR_MECHANISM_PARAM_INVALID',
]);

/** As in CKR_PIN_INCORRECT; undefined for what no token said. */
export function returnValueOf(error: unknown): string | undefined {
  // Ours may quote one.
  if (error instanceof KeyStoreError) return undefined;
  return error instanceof Error ? /\bCKR_\w+/.exec(error.message)?.[0] : undefined;
}

/** Whether the same call may succeed after logging in again. */
export function isLost(error: unknown): boolean {
  return error instanceof MissingKeyError || LOST.has(returnValueOf(error) ?? '');
}

/** The error of a token in the words of the port; any other is given back as it is. */
export function tokenFault(tokenLabel: string, error: unknown): unknown {
  if (error instanceof MissingKeyError) {
    const message = `the token "${tokenLabel}" ${error.message}`;
    return new KeyStoreError('unavailable', message);
  }
  const returned = returnValueOf(error);
  if (returned === undefined) return error;
  return UNSUPPORTED.has(returned)
    ? new KeyStoreError('unsupported', `the token "${tokenLabel}" cannot do this (${returned})`)
    : new KeyStoreError('unavailable', `the token "${tokenLabel}" does not work (${returned})`);
}
