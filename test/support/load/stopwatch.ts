const TICK = 10;

/**
 * Gives the milliseconds that have passed since, by the ticks of a timer of this process: while the process or the whole machine
 * stands still, so does the stopwatch. What it measures are the waits of code whose own timers run in this process.
 */
export function startStopwatch(): () => number {
  let ticks = 0;
  setInterval(() => {
    ticks += 1;
  }, TICK).unref();
  return () => ticks * TICK;
}
