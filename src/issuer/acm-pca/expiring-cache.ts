/** A value, and until when it is true, in milliseconds since the epoch. */
export interface Dated<T> {
  readonly value: T;
  readonly expiresAt: number;
}

interface Kept<T> extends Dated<T> {
  /** When it was loaded: what comes before is a clock that was put back, by which it might be kept for years. */
  readonly since: number;
}

export interface ExpiringCache<T> {
  /** The value that is still true, or that of `load`, which calls at once share. What it throws is for all of them, and is not kept. */
  get(key: string, load: () => Promise<Dated<T>>): Promise<T>;
  /** A load that is under way will not be kept. */
  forget(key: string): void;
}

/**
 * Keeps values that weigh `capacity` together at most, 1 each without `weigh`; those that have not been asked for the longest go first.
 */
export function createExpiringCache<T>(
  clock: () => number,
  capacity: number,
  weigh: (value: T) => number = () => 1,
): ExpiringCache<T> {
  const known = new Map<string, Kept<T>>();
  const loads = new Map<string, Promise<T>>();
  let weight = 0;

  const drop = (key: string) => {
    const dated = known.get(key);
    if (dated !== undefined) weight -= weigh(dated.value);
    known.delete(key);
  };
  const keep = (key: string, kept: Kept<T>) => {
    drop(key);
    known.set(key, kept);
    weight += weigh(kept.value);
    for (const oldest of known.keys()) {
      if (weight <= capacity) break;
      drop(oldest);
    }
  };
  const start = (key: string, load: () => Promise<Dated<T>>) => {
    const loading: Promise<T> = load()
      .then((dated) => {
        if (loads.get(key) === loading) keep(key, { ...dated, since: clock() });
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
      const kept = known.get(key);
      const now = clock();
      if (kept !== undefined && kept.since <= now && now < kept.expiresAt) {
        keep(key, kept);
        return kept.value;
      }
      return loads.get(key) ?? start(key, load);
    },
    forget(key) {
      drop(key);
      loads.delete(key);
    },
  };
}
