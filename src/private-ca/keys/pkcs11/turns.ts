/** Does `work` when its turn has come. */
type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `most` at once; the others wait in their order. */
export function createTurns(most: number): Turns {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The next one that waits is handed the turn, so that no other slips in between.
      if (next === undefined) free += 1;
      else next();
    }
  };
}
