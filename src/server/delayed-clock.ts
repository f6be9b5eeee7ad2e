/**
 * Work that destroys what the clock says is over, and runs again and again: it is told the earlier of two times, of this run and of the one
 * before, so that a clock that is ahead for less than the time between them costs nothing. The first run has no time before it, and is
 * told one at which nothing is over.
 * @param clock milliseconds since the epoch
 */
export function withDelayedClock(
  clock: () => number,
  work: (clock: () => number) => Promise<unknown>,
): () => Promise<void> {
  let before = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock();
    const time = Math.min(before, now);
    before = now;
    await work(() => time);
  };
}
