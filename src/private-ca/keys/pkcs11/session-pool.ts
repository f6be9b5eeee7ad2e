import { KeyStoreError } from '../key-store.ts';
import type { Cryptoki, Handle } from './cryptoki.ts';
import { finalize, logInToToken, openSession, type TokenLogin } from './log-in-to-token.ts';
import { createPatience, type Patience } from './patience.ts';
import { isLost, MissingKeyError, tokenFault } from './token-fault.ts';

/** Each call may hold one of the four threads that Node.js has for files and cryptography too, and a token that hangs all of them. */
const SESSIONS = 3;

/** Between attempts to log in, which block. Milliseconds. */
const PAUSE = 5_000;

/** For one's turn and the token's answer: devices wait for longer, and can then be told to come back. Milliseconds. */
const PATIENCE = 10_000;

/** For making a key: smart cards and small HSMs take minutes for RSA_4096, and sometimes several times as long. Milliseconds. */
const KEY_PATIENCE = 600_000;

/** What work on a token is done with. */
export interface TokenSession {
  readonly cryptoki: Cryptoki;
  readonly slot: Handle;
  readonly handle: Handle;
  /** Handles of private keys by key id, good for as long as the login is. */
  readonly keys: Map<string, Handle>;
}

/** @param isAwaited whether somebody still waits for what comes of it */
type TokenWork<T> = (session: TokenSession, isAwaited: () => boolean) => Promise<T>;

interface Connection extends Omit<TokenSession, 'handle'> {
  readonly since: number;
  readonly idle: Handle[];
  users: number;
  lost: boolean;
  /** Called when the last user has left. */
  drained: () => void;
}

/** Logs in once and lends sessions. When the token was away it logs in again and the work is done a second time. */
export class SessionPool {
  readonly #cryptoki: Cryptoki;
  readonly #login: TokenLogin;
  readonly #clock: () => number;
  readonly #turns = createTurns(SESSIONS);
  readonly #patience: Patience;
  readonly #keyTurns = createTurns(1);
  readonly #keyPatience: Patience;
  #connecting: Promise<Connection> | undefined;
  #former: Connection | undefined;
  #refusal: { readonly error: unknown; readonly at: number } | undefined;

  constructor(
    cryptoki: Cryptoki,
    login: TokenLogin,
    { clock, patience = PATIENCE }: { readonly clock: () => number; readonly patience?: number },
  ) {
    this.#cryptoki = cryptoki;
    this.#login = login;
    this.#clock = clock;
    const token = `the token "${login.tokenLabel}"`;
    this.#patience = createPatience(`${token} does not answer`, SESSIONS, patience);
    const complaint = `${token} has not made a key in its time; one that it makes later is destroyed`;
    this.#keyPatience = createPatience(complaint, 1, KEY_PATIENCE);
  }

  /** @throws KeyStoreError, also when the token hangs, and whatever `work` throws that no token said */
  use<T>(work: (session: TokenSession) => Promise<T>): Promise<T> {
    return this.#patience.wait(this.#turns, (isAwaited) => this.#useTwice(work, isAwaited));
  }

  /** As `use`, with more patience, for one at a time: whoever makes keys must not keep the others from signing. */
  useForKey<T>(work: TokenWork<T>): Promise<T> {
    return this.#keyPatience.wait(
      (begin) => this.#keyTurns(() => this.#turns(begin)),
      (isAwaited) => this.#useTwice(work, isAwaited),
    );
  }

  /** As `use`, for work that may take its time in calls that block, of which no limit would hear. */
  useForLong<T>(work: (session: TokenSession) => Promise<T>): Promise<T> {
    return this.#turns(() => this.#useTwice(work, () => true));
  }

  /** Waits for the work under way, then ends with the module; neither when a call hangs, under which nothing may be ended. */
  async close(): Promise<void> {
    if (this.#patience.hasLeft() || this.#keyPatience.hasLeft()) return;
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
      // A session with an operation half done is of no more use.
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
      // The module must not be begun anew under those who still use it.
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
    // A second wrong PIN is nearer to a locked token, and the PIN stays what it is until the next start.
    const isFinal = error instanceof KeyStoreError && error.fault === 'misconfigured';
    // A clock that was put back is no reason to wait longer.
    if (isFinal || Math.abs(now - at) < PAUSE) throw error;
  }

  #abandon(connection: Connection, error: unknown): void {
    // A key that is gone for good must not keep the others' users logging in.
    const isYoung = Math.abs(this.#clock() - connection.since) < PAUSE;
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
    // It was lost with its token.
  }
}

/** Does `work` when its turn has come. */
type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `most` at once; the others wait in their order. */
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
      // The next one that waits is handed the turn, so that no other slips in between.
      if (next === undefined) free += 1;
      else next();
    }
  };
}
