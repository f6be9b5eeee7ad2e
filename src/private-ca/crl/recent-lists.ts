import type { RevocationListRecord } from '../revocation/revocation-record.ts';

/** What came of it when a process asked for a CRL last. */
export interface RecentList {
  /** What was wanted, in words that are the same when that is. */
  readonly wanted: string;
  readonly list: Promise<RevocationListRecord | undefined>;
  /** The list, which an error leaves undefined, and when it came, in milliseconds since the epoch; undefined until then. */
  settled: { readonly list: RevocationListRecord | undefined; readonly at: number } | undefined;
}

/** By authority and list. */
export interface RecentLists {
  get(name: string): RecentList | undefined;
  /** The oldest make room for it, once its length is known. */
  keep(name: string, recent: RecentList): void;
}

const MOST_OCTETS = 64 * 1024 * 1024;

export function createRecentLists(mostOctets = MOST_OCTETS): RecentLists {
  const lists = new Map<string, { readonly recent: RecentList; octets: number }>();
  let octets = 0;
  const forget = (name: string) => {
    octets -= lists.get(name)?.octets ?? 0;
    lists.delete(name);
  };
  const makeRoom = () => {
    for (const oldest of lists.keys()) {
      if (octets <= mostOctets) return;
      forget(oldest);
    }
  };
  return {
    get: (name) => lists.get(name)?.recent,
    keep(name, recent) {
      forget(name);
      const kept = { recent, octets: 0 };
      lists.set(name, kept);
      const weigh = (length: number) => {
        if (lists.get(name) !== kept) return;
        kept.octets = length;
        octets += length;
        if (length > mostOctets) forget(name);
        makeRoom();
      };
      recent.list.then(
        (list) => weigh(list?.crl.length ?? 0),
        () => undefined,
      );
    },
  };
}
