import { z } from 'zod';
import { allEntries } from '../store/all-entries.ts';
import { deleteEntry, getEntry, putEntry } from '../store/collection.ts';
import { defineAuthorityCollection } from './authority-collections.ts';
import type { AuthorityRecord } from './authority-record.ts';
import { authorityPartition } from './authority-record.ts';
import { findAuthorityById } from './find-authority.ts';
import type { Buckets } from './object-store.ts';
import type { PrivateCa } from './private-ca.ts';
import { revocationListOf } from './revocation-list.ts';
import {
  LIST_BUCKETS_PARTITION,
  listBucketAuthorities,
  listBucketOf,
} from './revocation-list-bucket.ts';
import { listKey } from './revocation-record.ts';
import { revocationListKey } from './revocation-urls.ts';

/** The CRL that was put last, under `listKey` in the authority's partition. */
const putLists = defineAuthorityCollection(
  'put-revocation-lists',
  z.strictObject({ place: z.string(), crlNumber: z.number() }),
);

/** A note whose authority is still being made must not go. Milliseconds. */
const NOTE_GRACE = 3_600_000;

/** As AWS: a bucket that has not taken a CRL is tried again after a quarter of an hour. Milliseconds. */
const RETRY_AFTER = 900_000;

const PARTITIONS = Array.from({ length: 256 }, (_, number) => number.toString(16).padStart(2, '0'));

interface ListPlace {
  readonly buckets: Buckets;
  readonly bucket: NonNullable<ReturnType<typeof listBucketOf>>;
}

export type PutFailure = (authorityArn: string, error: unknown) => void;

/**
 * Puts the CRLs of all authorities into their buckets, where they are not the latest: after a revocation, half way to nextUpdate, and
 * when a bucket or its path has been configured anew. Run it every few seconds, on one replica or on all.
 * @param report hears of an authority whose bucket has not taken a CRL
 */
export function createListPutter(ca: PrivateCa, report: PutFailure): () => Promise<void> {
  const failedAt = new Map<string, number>();
  return async () => {
    const { buckets, store, clock } = ca;
    if (buckets === undefined) return;
    const noted = allEntries(store, LIST_BUCKETS_PARTITION, listBucketAuthorities);
    for await (const { key: id, value, version } of noted) {
      if (clock() - (failedAt.get(id) ?? -Infinity) < RETRY_AFTER) continue;
      failedAt.delete(id);
      const authority = await findAuthorityById(ca, id);
      const bucket = listBucketOf(authority?.revocation);
      if (authority !== undefined && bucket !== undefined) {
        await putLatest(ca, { buckets, bucket }, authority).catch((error: unknown) => {
          failedAt.set(id, clock());
          report(authority.arn, error);
        });
      } else if (clock() - value.notedAt > NOTE_GRACE) {
        const forget = deleteEntry(listBucketAuthorities, id, { version });
        await store.commit(LIST_BUCKETS_PARTITION, [forget]);
      }
    }
  };
}

async function putLatest(
  ca: PrivateCa,
  place: ListPlace,
  authority: AuthorityRecord,
): Promise<void> {
  const isPartitioned = authority.revocation?.CrlConfiguration?.CrlType === 'PARTITIONED';
  for (const partition of isPartitioned ? PARTITIONS : [undefined]) {
    // Another process may have put an older one meanwhile, or this one was held up: what is put last must be the latest.
    while (await putOne(ca, place, authority, partition));
  }
}

/** Whether there was anything to put. */
async function putOne(
  ca: PrivateCa,
  { buckets, bucket }: ListPlace,
  authority: AuthorityRecord,
  partition: string | undefined,
): Promise<boolean> {
  const list = await revocationListOf(ca, authority, partition);
  if (list === undefined) return false;
  const key = revocationListKey(authority, partition);
  const put = { place: `${bucket.name}/${key}`, crlNumber: list.crlNumber };
  const inAuthority = authorityPartition(authority.id);
  const before = await getEntry(ca.store, inAuthority, putLists, listKey(partition));
  if (before?.value.place === put.place && before.value.crlNumber >= put.crlNumber) return false;
  const file = { content: list.crl, contentType: 'application/pkix-crl', acl: bucket.acl };
  await buckets.publish(bucket.name, key, file);
  const condition = before === undefined ? 'absent' : { version: before.version };
  const mark = putEntry(putLists, listKey(partition), put, { condition });
  const { outcome } = await ca.store.commit(inAuthority, [mark]);
  // Somebody else has put one at the same time, and nobody knows which came last.
  if (outcome === 'conflict') await forgetPut(ca, inAuthority, partition);
  return true;
}

async function forgetPut({ store }: PrivateCa, inAuthority: string, partition: string | undefined) {
  await store.commit(inAuthority, [deleteEntry(putLists, listKey(partition))]);
}
