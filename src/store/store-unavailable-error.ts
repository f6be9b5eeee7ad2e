/**
 * The record store cannot answer now: it cannot be reached, keeps silent longer than a command may take, refuses writes
 * (read-only replica, out of memory, too few replicas have the write) or its disk takes none. Adapters throw it from every call of the
 * port for whatever lies with the store, its server or the way there, and for nothing else: not for a caller's mistake (RangeError),
 * not for a bug.
 *
 * The same call may succeed later, so devices and SDKs are told to come back (HTTP 503). After a commit or an increment it is not known
 * whether the store has written; reading finds out. `message` is for the log: it names no password, and no URL that holds one.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
