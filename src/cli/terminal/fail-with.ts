import { CommanderError } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import { warn } from './print.ts';

/** The error codes of a listener that cannot get its port, in words. */
const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use; choose another port (0 picks a free one)',
  EACCES: 'is not allowed; choose a port above 1023',
  ENOTFOUND: 'is not known; choose an address of this machine with --host or in the settings',
  EAI_AGAIN:
    'cannot be looked up; choose an address of this machine with --host or in the settings',
  EADDRNOTAVAIL: 'is not an address of this machine; choose another with --host or in the settings',
};

/** Workers hear of `bind`, since their primary makes the call. */
const LISTEN_CALLS: ReadonlySet<string> = new Set(['listen', 'bind', 'getaddrinfo']);

/**
 * Reports a failed command: one line on standard error for each mistake, and no stack trace. Sets
 * exit code 2 for what the user can correct, 1 for everything else. Commander has printed its own
 * errors already.
 */
export function failWith(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  const usage = error instanceof UsageError ? error.message : listenProblem(error);
  const text = usage ?? (error instanceof Error ? error.message : String(error));
  for (const line of text.split('\n')) warn(`scep-connector: ${line}\n`);
  process.exitCode = usage === undefined ? 1 : 2;
}

function listenProblem(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const { code, syscall, address, hostname, port } = error as ListenError;
  if (!LISTEN_CALLS.has(syscall ?? '')) return undefined;
  const problem = LISTEN_ERRORS[code ?? ''];
  const where = port === undefined ? '' : ` port ${port}`;
  return problem && `${address ?? hostname ?? 'the address'}${where} ${problem}`;
}

interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}
