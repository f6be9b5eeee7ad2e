/** How the store reaches Redis or Valkey. All secrets and files have been read. */
export interface RedisStoreSettings {
  readonly topology: 'standalone' | 'sentinel' | 'cluster';
  /** The server, the Sentinels or some nodes of the cluster, as host:port. */
  readonly nodes: readonly string[];
  /** The master's name at the Sentinels. */
  readonly sentinelName?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly sentinelUsername?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  readonly database: number;
  /** Prefix of all keys, of letters, digits and `:._-`. */
  readonly keyPrefix: string;
  /** Without it, plain TCP. */
  readonly tls?: RedisTls | undefined;
  /** Bounds every call of the store, including its retries. */
  readonly commandTimeoutMs: number;
  /** The number of replicas that must have a commit before it counts as done. */
  readonly writeReplicas: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Logs a sentence that an operator should know, without secrets. */
  readonly report: (fault: string) => void;
  /** Whether a server may remove records when its memory is full. */
  readonly allowEviction?: boolean;
  /** Ends the server, because its Redis must not be used; without it the fault is reported. */
  readonly refuse?: ((fault: string) => void) | undefined;
}

interface RedisTls {
  /** PEM; by default the CAs of Node.js. */
  readonly ca?: string | undefined;
  /** PEM, with `key`. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
}
