/** What an operator can do about an answer of Redis, by its first word. */
const ADVICE: Readonly<Record<string, string>> = {
  BUSY: 'a script that is not of this server runs there, and SCRIPT KILL ends it',
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

/** What the client says of a server that it is not connected to yet, or not any more. */
const NOT_CONNECTED = /^(Stream isn't writeable|Connection is closed)/;

/**
 * Why Redis or the way to it failed, in one line for the log. Errors of the client are not passed on themselves: they carry the
 * command with all it held, passwords and values.
 */
export function plainReason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { lastNodeError } = error as Error & { lastNodeError?: unknown };
  if (lastNodeError instanceof Error) return plainReason(lastNodeError);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const [line = ''] = error.message.split('\n');
  if (NOT_CONNECTED.test(line)) return 'there is no connection';
  // Redis quotes what it was sent when it does not know the command.
  const said = line.replace(/,? with args beginning with.*$/, '').slice(0, 200);
  const [word = ''] = readReplyError(error)?.split(' ') ?? [];
  const advice = Object.hasOwn(ADVICE, word) ? `; ${ADVICE[word]}` : '';
  return `${said || code || 'unknown error'}${advice}`;
}

/**
 * What Redis answers instead of a result, such as "READONLY You can't write against a read only replica". Redis 6.2 hides what a command
 * within a script was answered behind "ERR Error running script"; later versions say it as it is, but for
 * NOPERM, which each names in words of its own.
 * @returns undefined for what is no answer of Redis
 */
export function readReplyError(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  const said = /^ERR Error running script .*?: -([A-Z]+ .*)/.exec(error.message)?.[1];
  return (said ?? error.message).replace(
    /^ERR (?=.*(?:The user executing the script|ACL failure in script))/,
    'NOPERM ',
  );
}
