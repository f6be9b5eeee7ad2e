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
  // Redis quotes what it was sent when it does not know the command.
  return (
    line.replace(/,? with args beginning with.*$/, '').slice(0, 200) || code || 'unknown error'
  );
}
