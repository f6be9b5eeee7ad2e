/** How the store reaches Redis or Valkey, with every secret and every file already read. */
export interface RedisStoreSettings {
  readonly topology: 'standalone' | 'sentinel' | 'cluster';
  /** The server, the Sentinels or some nodes of the cluster, as host:port. */
  readonly nodes: readonly string[];
  /** What the Sentinels call the master. */
  readonly sentinelName?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly sentinelUsername?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  readonly database: number;
  /** What the names of all keys begin with; of letters, digits and `:._-`. */
  readonly keyPrefix: string;
  /** Plain TCP without it. */
  readonly tls?: RedisTls | undefined;
  /** Bounds every call of the store, retries and all. */
  readonly commandTimeoutMs: number;
  /** Replicas that must have a commit before it counts as done. */
  readonly writeReplicas: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Is told in a sentence, without secrets, what an operator should know. */
  readonly report: (fault: string) => void;
}

interface RedisTls {
  /** PEM; those of Node.js without it. */
  readonly ca?: string | undefined;
  /** PEM, with `key`. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
}
