import type { RevocationListRecord } from './revocation-record.ts';

/** The CRLs that a process has given last, by authority and list. */
export interface RecentLists {
  get(name: string): RevocationListRecord | undefined;
  /** The oldest make room for it. */
  keep(name: string, list: RevocationListRecord): void;
}

const MOST_OCTETS = 64 * 1024 * 1024;

export function createRecentLists(mostOctets = MOST_OCTETS): RecentLists {
  const lists = new Map<string, RevocationListRecord>();
  let octets = 0;
  const forget = (name: string) => {
    octets -= lists.get(name)?.crl.length ?? 0;
    lists.delete(name);
  };
  return {
    get: (name) => lists.get(name),
    keep(name, list) {
      forget(name);
      if (list.crl.length > mostOctets) return;
      lists.set(name, list);
      octets += list.crl.length;
      for (const oldest of lists.keys()) {
        if (octets <= mostOctets) return;
        forget(oldest);
      }
    },
  };
}
