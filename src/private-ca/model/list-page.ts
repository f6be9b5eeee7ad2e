import { openPageToken, sealPageToken } from '../../aws-wire/page-token.ts';
import type { CaContext } from './ca-context.ts';

/** A list that is answered in pages. */
export interface PagedList {
  /** Such as ListTags. */
  readonly operation: string;
  /** The ARN of the authority that the items belong to. */
  readonly parent?: string;
}

interface Keyed {
  readonly key: string;
}

/**
 * The key after which the next page starts; undefined for the first page.
 * @throws AwsError InvalidNextTokenException
 */
export function openPosition(
  ca: CaContext,
  list: PagedList,
  token: string | undefined,
): string | undefined {
  return token === undefined ? undefined : openPageToken(ca.sealer, scopeOf(ca, list), token);
}

/** The first `limit` of the items, and the token for the rest, if there is more. */
export function pageOf<Item extends Keyed>(
  ca: CaContext,
  list: PagedList,
  items: readonly Item[],
  limit: number,
): { readonly items: readonly Item[]; readonly NextToken?: string } {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  if (last === undefined || items.length <= limit) return { items: page };
  return { items: page, NextToken: sealPageToken(ca.sealer, scopeOf(ca, list), last.key) };
}

function scopeOf({ scope }: CaContext, list: PagedList) {
  return { ...list, caller: { ...scope, service: 'acm-pca' as const } };
}
