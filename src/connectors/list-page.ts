/** Which part of a list is wanted: at most `limit` of what comes after the id `after`. */
export interface PageRequest {
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** The id after which the next page begins; undefined when there is nothing after this one. */
  readonly next: string | undefined;
}

/** The first page of what `source` gives in the order of ids. It looks one item ahead, so that `next` is there only when more follows. */
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
