import { expect, it } from 'vitest';
import { createDerivationLane, DerivationBusyError } from '../../../src/cms/derivation-lane.ts';

it('runs one derivation after the other, whatever becomes of each', async () => {
  const inLane = createDerivationLane();
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () =>
    new Promise<string>((resolve) => {
      order.push(name);
      ends.push(() => resolve(name));
    });
  const failing = inLane(() => Promise.reject(new Error('no key')));
  const [first, second] = [inLane(work('first')), inLane(work('second'))];
  await expect(failing).rejects.toThrow('no key');
  await expect.poll(() => order).toEqual(['first']);
  ends[0]?.();
  expect(await first).toBe('first');
  await expect.poll(() => order).toEqual(['first', 'second']);
  ends[1]?.();
  expect(await second).toBe('second');
});

it('refuses at once what would wait too long, and takes more when it is empty', async () => {
  const inLane = createDerivationLane(2);
  let end: () => void = () => undefined;
  const blocking = new Promise<void>((resolve) => {
    end = resolve;
  });
  const taken = [1, 2, 3].map(() => inLane(() => blocking));
  await expect(inLane(() => blocking)).rejects.toBeInstanceOf(DerivationBusyError);
  end();
  await Promise.all(taken);
  expect(await inLane(async () => 'free')).toBe('free');
});
