import { makeDevice, type TestDevice } from '../scep-messages/test-device.ts';

/** Making a key takes a tenth of a second, and requests differ in more than their keys. */
const KEYS = 16;
let keys: readonly TestDevice[] | undefined;

/** One of the keys that devices share, made on first use. */
export function deviceKey(number: number): TestDevice {
  keys ??= Array.from({ length: KEYS }, () => makeDevice());
  const one = keys[number % KEYS];
  if (one === undefined) throw new Error('there is no such key');
  return one;
}
