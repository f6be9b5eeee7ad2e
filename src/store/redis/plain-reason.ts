/** What an operator can do about an error of Redis, by its first word. */
const ADVICE: Readonly<Record<string, string>> = {
  BUSY: 'it runs a script of another program, which SCRIPT KILL ends',
  CLUSTERDOWN: 'the cluster has no master for some slots: see CLUSTER INFO',
  LOADING: 'it has started and reads its data',
  MASTERDOWN: 'it is a replica that does not reach its master',
  MISCONF: 'it cannot write to its disk: see its log',
  MOVED:
    'it is a node of a cluster, whose nodes may not agree yet: is store.redis.topology cluster?',
  NOAUTH: 'it wants a password: see store.redis.username and passwordFile',
  NOPERM: 'the user lacks rights, which docs/redis.md lists',
  NOREPLICAS: 'it has fewer replicas than its min-replicas-to-write',
  OOM: 'its memory is full: raise maxmemory',
  READONLY: 'it is a replica: wait for the failover, or name its master in store.redis.nodes',
  WRONGPASS: 'see store.redis.username and passwordFile',
};

/** The client's error for a server that it is not connected to yet, or no longer. */
const NOT_CONNECTED = /^(Stream isn't writeable|Connection is closed)/;

/**
 * Why Redis or the connection to it failed, in one line for the log. The client's errors themselves
 * must not be logged: they carry the command with its passwords and values.
 */
export function plainReason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { lastNodeError } = error as Error & { lastNodeError?: unknown };
  if (lastNodeError instanceof Error) return plainReason(lastNodeError);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const [line = ''] = error.message.split('\n');
  if (NOT_CONNECTED.test(line)) return 'there is no connection';
  // Redis quotes the arguments of a command that it does not know.
  const said = line.replace(/,? with args beginning with.*$/, '').slice(0, 200);
  const [word = ''] = readReplyError(error)?.split(' ') ?? [];
  const advice = Object.hasOwn(ADVICE, word) ? `; ${ADVICE[word]}` : '';
  return `${said || code || 'unknown error'}${advice}`;
}

/**
 * The error that Redis replied with, such as "READONLY You can't write against a read only
 * replica". Redis 6.2 wraps the error of a command within a script in "ERR Error running script";
 * later versions do not. Each version words a NOPERM within a script differently.
 * @returns undefined for an error that is not a reply of Redis
 */
export function readReplyError(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  const said = /^ERR Error running script .*?: -([A-Z]+ .*)/.exec(error.message)?.[1];
  return (said ?? error.message).replace(
    /^ERR (?=.*(?:The user executing the script|ACL failure in script))/,
    'NOPERM ',
  );
}
