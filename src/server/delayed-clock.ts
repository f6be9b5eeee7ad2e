/**
 * Runs destructive work with the earlier of the previous and the current time, so a clock that
 * briefly jumps ahead deletes nothing. The first run gets a time before every expiry.
 * @param clock milliseconds since the epoch
 */
export function withDelayedClock(
  clock: () => number,
  work: (clock: () => number) => Promise<unknown>,
): () => Promise<void> {
  let previous = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock();
    const time = Math.min(previous, now);
    previous = now;
    await work(() => time);
  };
}
