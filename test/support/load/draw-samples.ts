import fc from 'fast-check';

/** Gives others at each call, unlike `fc.sample` under the seed that all properties of CI have: there it is the first. */
export function drawSamples<T>(arbitrary: fc.Arbitrary<T>): (count: number) => T[] {
  let seed = fc.readConfigureGlobal().seed ?? Date.now();
  return (count) => {
    seed += 1;
    return fc.sample(arbitrary, { numRuns: count, seed });
  };
}
