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
