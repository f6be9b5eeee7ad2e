import { MINUTE_MS } from '../../../durations.ts';
import { KeyStoreError } from '../key-store.ts';
import type { Cryptoki, Handle } from './cryptoki.ts';
import { finalize, logInToToken, openSession, type TokenLogin } from './log-in-to-token.ts';
import { createPatience, type Patience } from './patience.ts';
import { isLost, MissingKeyError, tokenFault } from './token-fault.ts';

/**
 * A call may block one of the four threads that Node.js also uses for files and cryptography; if
 * the token hangs, every session does.
 */
const MAX_SESSIONS = 3;

/** Between attempts to log in, which block. */
const PAUSE_MS = 5_000;

/**
 * How long to wait for a session and the answer of the token: devices wait longer, and can then be
 * told to come back.
 */
const PATIENCE_MS = 10_000;

/**
 * How long to wait for a new key: smart cards and small HSMs take minutes for RSA_4096, sometimes
 * several times as long.
 */
const KEY_PATIENCE_MS = 10 * MINUTE_MS;

/** What work on a token runs with. */
export interface TokenSession {
  readonly cryptoki: Cryptoki;
  readonly slot: Handle;
  readonly handle: Handle;
  /** Handles of private keys by key id, valid for this login. */
  readonly keys: Map<string, Handle>;
}

/** @param isAwaited whether the caller still waits for the result */
type TokenWork<T> = (session: TokenSession, isAwaited: () => boolean) => Promise<T>;

interface Connection extends Omit<TokenSession, 'handle'> {
  readonly since: number;
  readonly idle: Handle[];
  users: number;
  lost: boolean;
  /** Called when the last user has left. */
  drained: () => void;
}

/**
 * Logs in once and lends sessions. If the token was away, it logs in again and runs the work a
 * second time.
 */
export class SessionPool {
  readonly #cryptoki: Cryptoki;
  readonly #login: TokenLogin;
  readonly #clock: () => number;
  readonly #turns = createTurns(MAX_SESSIONS);
  readonly #patience: Patience;
  readonly #keyTurns = createTurns(1);
  readonly #keyPatience: Patience;
  #connecting: Promise<Connection> | undefined;
  #former: Connection | undefined;
  #refusal: { readonly error: unknown; readonly at: number } | undefined;

  constructor(
    cryptoki: Cryptoki,
    login: TokenLogin,
    { clock, patience = PATIENCE_MS }: { readonly clock: () => number; readonly patience?: number },
  ) {
    this.#cryptoki = cryptoki;
    this.#login = login;
    this.#clock = clock;
    const token = `the token "${login.tokenLabel}"`;
    this.#patience = createPatience(`${token} does not answer`, MAX_SESSIONS, patience);
    const complaint = `${token} has not made a key in its time; one that it makes later is destroyed`;
    this.#keyPatience = createPatience(complaint, 1, KEY_PATIENCE_MS);
  }

  /**
   * @throws KeyStoreError, also when the token hangs, and any error of `work` that does not come
   *   from the token
   */
  use<T>(work: (session: TokenSession) => Promise<T>): Promise<T> {
    return this.#patience.wait(this.#turns, (isAwaited) => this.#useTwice(work, isAwaited));
  }

  /**
   * As `use`, with a longer limit and one call at a time, so that making keys does not keep others
   * from signing.
   */
  useForKey<T>(work: TokenWork<T>): Promise<T> {
    return this.#keyPatience.wait(
      (begin) => this.#keyTurns(() => this.#turns(begin)),
      (isAwaited) => this.#useTwice(work, isAwaited),
    );
  }

  /** As `use`, without a limit, for work in long blocking calls. */
  useForLong<T>(work: (session: TokenSession) => Promise<T>): Promise<T> {
    return this.#turns(() => this.#useTwice(work, () => true));
  }

  /**
   * Waits for the work in progress, then ends the use of the module. Does nothing while a call
   * hangs: the module must not be ended under it.
   */
  async close(): Promise<void> {
    if (this.#patience.hasAbandoned() || this.#keyPatience.hasAbandoned()) return;
    const connection = await this.#connecting?.catch(() => undefined);
    if (connection) await drain(connection);
    finalize(this.#cryptoki);
  }

  async #useTwice<T>(work: TokenWork<T>, isAwaited: () => boolean): Promise<T> {
    const attempt = () => this.#useOnce((session) => work(session, isAwaited));
    try {
      return await attempt().catch((error: unknown) => {
        if (!isLost(error) || !isAwaited()) throw error;
        return attempt();
      });
    } catch (error) {
      throw tokenFault(this.#login.tokenLabel, error);
    }
  }

  async #useOnce<T>(work: (session: TokenSession) => Promise<T>): Promise<T> {
    const connection = await this.#connected();
    const { cryptoki, slot, idle, keys } = connection;
    let handle: Handle | undefined;
    connection.users += 1;
    try {
      handle = idle.pop() ?? openSession(cryptoki, slot);
      const result = await work({ cryptoki, slot, handle, keys });
      idle.push(handle);
      return result;
    } catch (error) {
      // A session with an unfinished operation cannot be used again.
      if (handle !== undefined) closeQuietly(cryptoki, handle);
      if (isLost(error)) this.#abandon(connection, error);
      throw error;
    } finally {
      connection.users -= 1;
      if (connection.users === 0) connection.drained();
    }
  }

  async #connected(): Promise<Connection> {
    for (;;) {
      this.#connecting ??= this.#connect();
      const connection = await this.#connecting;
      if (!connection.lost) return connection;
    }
  }

  async #connect(): Promise<Connection> {
    try {
      // The module must not be initialized again while others still use it.
      await (this.#former && drain(this.#former));
      const now = this.#clock();
      this.#requireNoRefusal(now);
      const slot = this.#logIn(now);
      const state = { idle: [], keys: new Map<string, Handle>(), users: 0, lost: false };
      return { cryptoki: this.#cryptoki, slot, since: now, drained: () => undefined, ...state };
    } catch (error) {
      this.#connecting = undefined;
      throw error;
    }
  }

  #logIn(now: number): Handle {
    try {
      return logInToToken(this.#cryptoki, this.#login);
    } catch (error) {
      this.#refusal = { error, at: now };
      throw error;
    }
  }

  #requireNoRefusal(now: number): void {
    if (this.#refusal === undefined) return;
    const { error, at } = this.#refusal;
    // A second wrong PIN could lock the token, and the PIN does not change before the next start.
    const isFinal = error instanceof KeyStoreError && error.fault === 'misconfigured';
    // Absolute value: a clock that was set back must not prolong the pause.
    if (isFinal || Math.abs(now - at) < PAUSE_MS) throw error;
  }

  #abandon(connection: Connection, error: unknown): void {
    // One missing key must not make the users of other keys log in again and again.
    const isYoung = Math.abs(this.#clock() - connection.since) < PAUSE_MS;
    if (connection.lost || (isYoung && error instanceof MissingKeyError)) return;
    connection.lost = true;
    this.#former = connection;
    this.#connecting = undefined;
  }
}

function drain(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    if (connection.users === 0) resolve();
    else connection.drained = resolve;
  });
}

function closeQuietly(cryptoki: Cryptoki, session: Handle): void {
  try {
    cryptoki.C_CloseSession(session);
  } catch {
    // The session was lost with its token.
  }
}

/** Runs `work` when its turn comes. */
type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs at most `most` at once; the others wait in order. */
function createTurns(most: number): Turns {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The turn passes to the next in line, so that no newcomer takes it.
      if (next === undefined) free += 1;
      else next();
    }
  };
}
