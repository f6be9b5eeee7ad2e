/** A value, and until when it is true, in milliseconds since the epoch. */
export interface Dated<T> {
  readonly value: T;
  readonly expiresAt: number;
}

export interface ExpiringCache<T> {
  /** The value that is still true, or that of `load`, which calls at once share. What it throws is for all of them, and is not kept. */
  get(key: string, load: () => Promise<Dated<T>>): Promise<T>;
  /** A load that is under way will not be kept. */
  forget(key: string): void;
}

/** Keeps `capacity` values at most; those that have not been asked for the longest go first. */
export function createExpiringCache<T>(clock: () => number, capacity: number): ExpiringCache<T> {
  const known = new Map<string, Dated<T>>();
  const loads = new Map<string, Promise<T>>();

  const keep = (key: string, dated: Dated<T>) => {
    known.delete(key);
    known.set(key, dated);
    const [oldest] = known.keys();
    if (known.size > capacity && oldest !== undefined) known.delete(oldest);
  };
  const start = (key: string, load: () => Promise<Dated<T>>) => {
    const loading: Promise<T> = load()
      .then((dated) => {
        if (loads.get(key) === loading) keep(key, dated);
        return dated.value;
      })
      .finally(() => {
        if (loads.get(key) === loading) loads.delete(key);
      });
    loads.set(key, loading);
    return loading;
  };
  return {
    get: async (key, load) => {
      const dated = known.get(key);
      if (dated !== undefined && clock() < dated.expiresAt) {
        keep(key, dated);
        return dated.value;
      }
      return loads.get(key) ?? start(key, load);
    },
    forget(key) {
      known.delete(key);
      loads.delete(key);
    },
  };
}
