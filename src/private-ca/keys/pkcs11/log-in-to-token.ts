import { KeyStoreError } from '../key-store.ts';
import { CK, type Cryptoki, type Handle } from './cryptoki.ts';
import { returnValueOf } from './token-fault.ts';

export interface TokenLogin {
  /** The label of the token, without trailing blanks. */
  readonly tokenLabel: string;
  readonly pin: string;
}

/** Opens a session on `slot`, read and write. */
export function openSession(cryptoki: Cryptoki, slot: Handle): Handle {
  return cryptoki.C_OpenSession(slot, CK.CKF_SERIAL_SESSION | CK.CKF_RW_SESSION);
}

/**
 * Initializes the module, after ending an earlier use of it: sessions that were open are closed.
 * The login holds for the whole process as long as a session is open, so one session stays open.
 * @returns the token's slot
 * @throws KeyStoreError 'misconfigured' for a PIN that another attempt cannot make right,
 *   'unavailable' when the token is absent
 */
export function logInToToken(cryptoki: Cryptoki, { tokenLabel, pin }: TokenLogin): Handle {
  finalize(cryptoki);
  const isAnew = initialize(cryptoki);
  const slot = findSlot(cryptoki, tokenLabel);
  if (!isAnew) cryptoki.C_CloseAllSessions(slot);
  requireAttempts(tokenLabel, cryptoki.C_GetTokenInfo(slot).flags);
  try {
    cryptoki.C_Login(openSession(cryptoki, slot), CK.CKU_USER, pin);
  } catch (error) {
    throw loginFault(tokenLabel, error);
  }
  return slot;
}

/** Closes all sessions and ends the use of the module. */
export function finalize(cryptoki: Cryptoki): void {
  try {
    cryptoki.C_Finalize();
  } catch {
    // The module was not initialized, or the token is gone: nothing is open.
  }
}

/**
 * @returns false when the module could not be ended before, as happens with modules that lost their
 *   network: its sessions are still open
 */
function initialize(cryptoki: Cryptoki): boolean {
  try {
    // Sessions are used on several threads.
    cryptoki.C_Initialize({ flags: CK.CKF_OS_LOCKING_OK });
    return true;
  } catch (error) {
    if (returnValueOf(error) !== 'CKR_CRYPTOKI_ALREADY_INITIALIZED') throw error;
    return false;
  }
}

function findSlot(cryptoki: Cryptoki, tokenLabel: string): Handle {
  const labelled = cryptoki.C_GetSlotList(true).map((slot) => ({
    slot,
    label: cryptoki.C_GetTokenInfo(slot).label.trimEnd(),
  }));
  const [found, another] = labelled.filter(({ label }) => label === tokenLabel);
  if (found !== undefined && another === undefined) return found.slot;
  if (found !== undefined) {
    throw new KeyStoreError('misconfigured', `several tokens are labelled "${tokenLabel}"`);
  }
  const labels = labelled.map(({ label }) => label).filter((label) => label !== '');
  const others = labels.length === 0 ? 'there is none' : `there are: ${labels.join(', ')}`;
  throw new KeyStoreError('unavailable', `no token is labelled "${tokenLabel}"; ${others}`);
}

/** Restarts with a wrong PIN must not lock the token. */
function requireAttempts(tokenLabel: string, flags: number): void {
  if ((flags & CK.CKF_USER_PIN_LOCKED) !== 0) throw locked(tokenLabel);
  if ((flags & CK.CKF_USER_PIN_FINAL_TRY) === 0) return;
  const message = `the token "${tokenLabel}" would be locked by one more wrong PIN; log in to it once with its own tools, then start again`;
  throw new KeyStoreError('misconfigured', message);
}

function loginFault(tokenLabel: string, error: unknown): unknown {
  const returned = returnValueOf(error);
  if (returned === undefined || !returned.startsWith('CKR_PIN_')) {
    if (returned !== 'CKR_USER_PIN_NOT_INITIALIZED') return error;
    return new KeyStoreError('misconfigured', `the token "${tokenLabel}" has no user PIN yet`);
  }
  if (returned === 'CKR_PIN_LOCKED') return locked(tokenLabel);
  const message = `the token "${tokenLabel}" does not accept the PIN (${returned})`;
  return new KeyStoreError('misconfigured', message);
}

function locked(tokenLabel: string): KeyStoreError {
  const message = `the PIN of the token "${tokenLabel}" is locked; its security officer can set a new one`;
  return new KeyStoreError('misconfigured', message);
}
