const TURN = 20;

export interface EventLoop {
  /** Milliseconds for which the loop has been at other work: what came in since has waited up to that long. */
  delay(): number;
  /** Another number after each turn. */
  turn(): number;
}

/**
 * Watches the event loop from now on. The averages of perf_hooks tell of turns that are over, which is too late to refuse what waits
 * in this one.
 */
export function watchEventLoop(): EventLoop {
  let turnedAt = performance.now();
  setInterval(() => {
    turnedAt = performance.now();
  }, TURN).unref();
  return {
    delay: () => Math.max(0, performance.now() - turnedAt - TURN),
    turn: () => turnedAt,
  };
}
