import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { getEntry, putEntry } from '../../store/collection.ts';
import type { CaContext } from '../model/ca-context.ts';
import { defineAuthorityCollection } from '../records/authority-collections.ts';
import { AUTHORITY_KEY, authorityPartition } from '../records/authority-record.ts';

const TAG_TEXT = /^(?:([\p{L}\p{Z}\p{N}_.:/=+\-@]*))$/u;
const MOST_TAGS = 50;

const tagSchema = z.object({
  Key: z.string().min(1).max(128).regex(TAG_TEXT),
  Value: z.string().max(256).regex(TAG_TEXT).optional(),
});

/** TagList of the API model. */
export const tagListSchema = z.array(tagSchema).min(1).max(MOST_TAGS);

export type Tag = z.infer<typeof tagSchema>;

/** Values by key. */
export type Tags = Readonly<Record<string, string>>;

/** The tags of the authority, under AUTHORITY_KEY. */
export const authorityTags = defineAuthorityCollection<Tags>(
  'authority-tags',
  z.record(z.string(), z.string()),
);

/** Key prefixes that AWS reserves, in upper or lower case. */
const RESERVED = /^(aws|rds):/i;
/** JavaScript treats this key specially: stored records would silently lose it. */
const UNSTORABLE = '__proto__';

/**
 * @throws AwsError InvalidTagException for a key that is reserved, cannot be stored, or appears
 * twice
 */
export function parseTagList(list: readonly Tag[]): Tags {
  const reserved = list.find(({ Key }) => RESERVED.test(Key));
  if (reserved) {
    const message = `The tag key ${reserved.Key} begins with a reserved prefix: aws: or rds:`;
    throw new AwsError('InvalidTagException', message);
  }
  if (list.some(({ Key }) => Key === UNSTORABLE)) {
    throw new AwsError('InvalidTagException', `The tag key ${UNSTORABLE} is not supported here`);
  }
  const twice = list.find(({ Key }, i) => list.findIndex((tag) => tag.Key === Key) !== i);
  if (twice) throw new AwsError('InvalidTagException', `The tag key ${twice.Key} appears twice`);
  return Object.fromEntries(list.map(({ Key, Value = '' }) => [Key, Value]));
}

/**
 * The tags of an authority in any status, for aws:ResourceTag; none when the authority does not
 * exist.
 */
export async function getAuthorityTags(ca: CaContext, authorityId: string): Promise<Tags> {
  const partition = authorityPartition(authorityId);
  return (await getEntry(ca.store, partition, authorityTags, AUTHORITY_KEY))?.value ?? {};
}

/**
 * Applies `change` to the tags. Starts over when another call has changed them.
 * @throws AwsError TooManyTagsException
 */
export async function changeAuthorityTags(
  ca: CaContext,
  authorityId: string,
  change: (tags: Tags) => Tags,
): Promise<void> {
  const partition = authorityPartition(authorityId);
  for (;;) {
    const entry = await getEntry(ca.store, partition, authorityTags, AUTHORITY_KEY);
    const tags = change(entry?.value ?? {});
    if (Object.keys(tags).length > MOST_TAGS) {
      const message = `A certificate authority can have at most ${MOST_TAGS} tags`;
      throw new AwsError('TooManyTagsException', message);
    }
    const condition = entry === undefined ? 'absent' : { version: entry.version };
    const write = putEntry(authorityTags, AUTHORITY_KEY, tags, { condition });
    if ((await ca.store.commit(partition, [write])).outcome === 'committed') return;
  }
}
