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
      // Who waits gets the turn itself, so that nobody slips in between.
      if (next === undefined) free += 1;
      else next();
    }
  };
}
