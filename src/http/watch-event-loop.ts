const TURN = 20;

/**
 * Watches the event loop from now on. The function tells for how many milliseconds the loop has been at other work: what came in since
 * has waited up to that long. The averages of perf_hooks tell of loops that are over, which is too late to refuse anything.
 */
export function watchEventLoop(): () => number {
  let turnedAt = performance.now();
  setInterval(() => {
    turnedAt = performance.now();
  }, TURN).unref();
  return () => Math.max(0, performance.now() - turnedAt - TURN);
}
