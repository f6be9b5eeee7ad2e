import { compareMedians, shuffled } from '../test/support/load/compare-medians.ts';

/** Something to be timed in two worlds. */
export interface Timed {
  readonly name: string;
  readonly small: () => Promise<unknown>;
  readonly large: () => Promise<unknown>;
  /** The number of rounds in each world; 300 by default. */
  readonly rounds?: number;
}

export interface TimeComparison {
  readonly name: string;
  /** Medians in milliseconds. */
  readonly small: number;
  readonly large: number;
  readonly ratio: number;
}

/** Each round runs it in both worlds, in alternating order, so that other load hits both alike. */
export async function compareTimes({
  name,
  small,
  large,
  rounds = 300,
}: Timed): Promise<TimeComparison> {
  await small();
  await large();
  const times: [number, number][] = [];
  for (let i = 0; i < rounds; i += 1) {
    const round: [number, number] = [0, 0];
    for (const world of shuffled([0, 1] as const)) {
      const before = performance.now();
      await (world === 0 ? small : large)();
      round[world] = performance.now() - before;
    }
    times.push(round);
  }
  const [a = Number.NaN, b = Number.NaN] = compareMedians(times).medians;
  return { name, small: a, large: b, ratio: b / a };
}
