import { isRunByNpm } from '../config/read-settings-environment.ts';
import type { Logger } from '../observability/logger.ts';

/** Time for background work after the requests are drained. */
const GRACE_MS = 10_000;

/**
 * Ends the process ten seconds from now, even if a CA, a store or a call into a token hangs;
 * process.exit would wait for the thread of the latter. The process sends itself SIGTERM, which
 * supervisors take for a clean end. This does not work for the first process of a container, which
 * no signal from within ends.
 * @param authorities ids of CAs whose keys are being made; their keys may be left in the token
 */
export function endAtLast(logger: Logger, authorities: () => readonly string[]): void {
  const end = () => {
    const makingKeysOf = authorities();
    const details = makingKeysOf.length > 0 ? { makingKeysOf } : {};
    logger.error(details, 'some work does not finish; the process exits without it');
    process.removeAllListeners('SIGTERM');
    process.kill(process.pid, 'SIGTERM');
  };
  setTimeout(end, GRACE_MS).unref();
}

/**
 * Ctrl-C reaches every process of a terminal's group, and parents such as npm pass their own signal
 * on, so the same signal may arrive twice within this time.
 */
const ECHO_MS = 1_000;

/** Resolves at the first SIGTERM or SIGINT. Another one a second later ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const hear = (signal: NodeJS.Signals) => {
      first ??= performance.now();
      resolve(signal);
      if (performance.now() - first < ECHO_MS) return;
      process.off('SIGTERM', hear).off('SIGINT', hear);
      process.kill(process.pid, signal);
    };
    process.on('SIGTERM', hear).on('SIGINT', hear);
    if (isRunByNpm()) whenParentEnds(() => resolve('SIGTERM'));
  });
}

const PARENT_CHECK_MS = 500;

/**
 * npm passes SIGTERM on to the shell that it runs a program in. The shell ends, and does not pass
 * the signal on.
 */
function whenParentEnds(callback: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, PARENT_CHECK_MS);
  timer.unref();
}
