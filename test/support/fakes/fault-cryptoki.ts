import type { Cryptoki } from '../../../src/private-ca/keys/pkcs11/cryptoki.ts';

/** A module whose functions are watched and can be replaced while it is used. */
export interface FaultCryptoki {
  readonly cryptoki: Cryptoki;
  /** How often each function was called. */
  readonly calls: (name: keyof Cryptoki) => number;
  /** What stands in place of functions; they get the real ones' arguments. */
  replace(faults: Partial<Cryptoki>): void;
}

export function faultCryptoki(real: Cryptoki): FaultCryptoki {
  const counts = new Map<string, number>();
  let replaced: Partial<Cryptoki> = {};
  const cryptoki = new Proxy(real, {
    get(target, name) {
      const key = name as keyof Cryptoki;
      return (...args: never[]) => {
        counts.set(key, (counts.get(key) ?? 0) + 1);
        const call = (replaced[key] ?? target[key]) as (...args: never[]) => unknown;
        return call.apply(target, args);
      };
    },
  });
  return {
    cryptoki,
    calls: (name) => counts.get(name) ?? 0,
    replace: (faults) => {
      replaced = faults;
    },
  };
}

/** As pkcs11js throws what a token returns. */
export function returned(value: string): Error {
  return new Error(`${value}:48`);
}
