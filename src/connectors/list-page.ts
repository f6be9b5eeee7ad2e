/** At most `limit` items after the id `after`. */
export interface PageRequest {
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** The id after which the next page begins; undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * The first `limit` items of `source`, which is in the order of ids. It reads one item more, so
 * that `next` is set only when more follows.
 */
export async function takePage<T extends { readonly id: string }>(
  source: AsyncIterable<T>,
  limit: number,
): Promise<Page<T>> {
  const items: T[] = [];
  for await (const item of source) {
    if (items.length === limit) return { items, next: items.at(-1)?.id };
    items.push(item);
  }
  return { items, next: undefined };
}
