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
