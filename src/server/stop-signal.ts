import type { Logger } from '../observability/logger.ts';

/** For what goes on behind the requests once these are drained. Milliseconds. */
const GRACE = 10_000;

/**
 * From now on the process ends in ten seconds, whatever hangs: a CA, a store, or a call into a token, for whose thread process.exit
 * would wait. It ends by SIGTERM, as it was told to, which supervisors take for a clean end; not as the first process of a container,
 * which no signal from within ends.
 * @param authorities ids of CAs whose keys are being made; a key may then be left in the token
 */
export function endAtLast(logger: Logger, authorities: () => readonly string[]): void {
  const end = () => {
    const keysOf = authorities();
    const details = keysOf.length > 0 ? { makingKeysOf: keysOf } : {};
    logger.error(details, 'something that was under way does not end; the process ends without it');
    process.removeAllListeners('SIGTERM');
    process.kill(process.pid, 'SIGTERM');
  };
  setTimeout(end, GRACE).unref();
}

/** Milliseconds. Ctrl-C reaches every process of a terminal's group, and parents such as npm pass their own signal on. */
const ECHO = 1_000;

/** Resolves at the first SIGTERM or SIGINT. Whoever sends another a second later does not want to wait: it ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const hear = (signal: NodeJS.Signals) => {
      first ??= performance.now();
      resolve(signal);
      if (performance.now() - first < ECHO) return;
      process.off('SIGTERM', hear).off('SIGINT', hear);
      process.kill(process.pid, signal);
    };
    process.on('SIGTERM', hear).on('SIGINT', hear);
  });
}
