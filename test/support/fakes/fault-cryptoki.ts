import type { Cryptoki } from '../../../src/private-ca/keys/pkcs11/cryptoki.ts';

/** A PKCS #11 module whose functions are counted and can be replaced while it is used. */
export interface FaultCryptoki {
  readonly cryptoki: Cryptoki;
  /** How often each function was called. */
  readonly calls: (name: keyof Cryptoki) => number;
  /** Replaces functions. A replacement gets the arguments of the real function. */
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

/** The error that pkcs11js throws for a return value of a token. */
export function returned(value: string): Error {
  return new Error(`${value}:48`);
}
