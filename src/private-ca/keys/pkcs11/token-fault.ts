import { KeyStoreError } from '../key-store.ts';

/**
 * A key is not where its record says. Some modules show an absent token as empty, so the key is
 * searched again after another login.
 */
export class MissingKeyError extends Error {
  override readonly name = 'MissingKeyError';
}

/**
 * What modules return for a session, login or key handle that is no longer valid. Makers return the
 * vague ones for a lost network.
 */
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

/** What a token returns that lacks the mechanism, the curve or the key length. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  'CKR_ATTRIBUTE_VALUE_INVALID',
  'CKR_CURVE_NOT_SUPPORTED',
  'CKR_DOMAIN_PARAMS_INVALID',
  'CKR_KEY_SIZE_RANGE',
  'CKR_MECHANISM_INVALID',
  'CKR_MECHANISM_PARAM_INVALID',
]);

/**
 * The name of a return value, such as CKR_PIN_INCORRECT; undefined for an error that no token
 * returned.
 */
export function returnValueOf(error: unknown): string | undefined {
  // Our own errors may quote one.
  if (error instanceof KeyStoreError) return undefined;
  return error instanceof Error ? /\bCKR_\w+/.exec(error.message)?.[0] : undefined;
}

/** Whether the same call may succeed after another login. */
export function isLost(error: unknown): boolean {
  return error instanceof MissingKeyError || LOST.has(returnValueOf(error) ?? '');
}

/** A token's error as a KeyStoreError; any other error unchanged. */
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
