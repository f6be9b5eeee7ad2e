export interface Dated<T> {
  readonly value: T;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

interface Kept<T> extends Dated<T> {
  /**
   * Milliseconds since the epoch. An earlier time now means that the clock was set back; the value
   * would otherwise outlive its term by as much.
   */
  readonly loadedAt: number;
}

export interface ExpiringCache<T> {
  /**
   * The cached value if it has not expired, otherwise that of `load`. Concurrent calls share one
   * load and its error, which is not cached.
   */
  get(key: string, load: () => Promise<Dated<T>>): Promise<T>;
  /** Drops the value, and the result of a load under way. */
  forget(key: string): void;
}

/**
 * Keeps values of `capacity` total weight at most, and drops the least recently used first. Without
 * `weigh`, each weighs 1.
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
        if (loads.get(key) === loading) keep(key, { ...dated, loadedAt: clock() });
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
      if (kept !== undefined && kept.loadedAt <= now && now < kept.expiresAt) {
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
