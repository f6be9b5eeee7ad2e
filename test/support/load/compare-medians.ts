/**
 * Whether classes of measurements differ by more than chance. Each round measures every class once,
 * so that load on the machine hits all classes of a round alike. Exchanging the labels within
 * rounds shows how far apart the medians lie when there is no difference.
 */
export interface MedianComparison {
  /** One median for each class, in the unit of the measurements. */
  readonly medians: readonly number[];
  /** The largest median minus the smallest. */
  readonly spread: number;
  /** The spread that 999 of 1000 label exchanges stay below. */
  readonly noise: number;
  /**
   * The share of label exchanges whose spread was at least as large: small when the classes differ.
   */
  readonly pValue: number;
}

const PERMUTATIONS = 1_000;

/** `rounds[i][c]` is the measurement of class `c` in round `i`. */
export function compareMedians(
  rounds: readonly (readonly number[])[],
  random: () => number = Math.random,
): MedianComparison {
  const medians = mediansByClass(rounds);
  const spread = spreadOf(medians);
  const spreads = Array.from({ length: PERMUTATIONS }, () =>
    spreadOf(mediansByClass(rounds.map((round) => shuffled(round, random)))),
  ).toSorted((a, b) => a - b);
  const asLarge = spreads.filter((other) => other >= spread).length;
  return {
    medians,
    spread,
    noise: spreads.at(-2) ?? 0,
    pValue: (asLarge + 1) / (PERMUTATIONS + 1),
  };
}

function mediansByClass(rounds: readonly (readonly number[])[]): readonly number[] {
  const classes = rounds[0]?.length ?? 0;
  return Array.from({ length: classes }, (_, c) => {
    const sorted = Float64Array.from(rounds, (round) => round[c] ?? Number.NaN).sort();
    return sorted[sorted.length >>> 1] ?? Number.NaN;
  });
}

const spreadOf = (medians: readonly number[]) => Math.max(...medians) - Math.min(...medians);

/** A copy in random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: () => number = Math.random): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}
