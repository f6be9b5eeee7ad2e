import { revocationLists } from './revocation-record.ts';

interface StoredText {
  readonly collection: string;
  readonly value: string;
}

/**
 * A record as it is to stand in another store, where versions are others. Only a CRL says anything of one, up to which it covers
 * revocations: there it covers none, so that the next one is signed when it is asked for. It goes along for its number.
 */
export function carryRecordOver<T extends StoredText>(record: T): T {
  if (record.collection !== revocationLists.name) return record;
  const list = revocationLists.schema.decode(JSON.parse(record.value));
  const value = JSON.stringify(revocationLists.schema.encode({ ...list, covers: 0 }));
  return { ...record, value };
}
