const TICK_MS = 10;

/**
 * Returns a function that tells the milliseconds since the start, counted in ticks of a timer of
 * this process. It stands still while the process or the machine does. Use it to measure waits of
 * code whose timers run in this process.
 */
export function startStopwatch(): () => number {
  let ticks = 0;
  setInterval(() => {
    ticks += 1;
  }, TICK_MS).unref();
  return () => ticks * TICK_MS;
}
