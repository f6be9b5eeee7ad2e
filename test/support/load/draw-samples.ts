import fc from 'fast-check';

/**
 * Draws other samples at each call. `fc.sample` draws the same ones when CI sets a seed for all
 * properties.
 */
export function drawSamples<T>(arbitrary: fc.Arbitrary<T>): (count: number) => T[] {
  let seed = fc.readConfigureGlobal().seed ?? Date.now();
  return (count) => {
    seed += 1;
    return fc.sample(arbitrary, { numRuns: count, seed });
  };
}
