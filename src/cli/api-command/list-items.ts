import { ApiError } from '../api/api-error.ts';
import type { ApiInput } from '../api/api-service.ts';
import type { ApiClient } from '../api/create-api-client.ts';

interface Listing<Operation> {
  readonly operation: Operation;
  /** The member of the answer that holds the items. */
  readonly member: string;
  readonly input?: ApiInput;
}

/** Yields the items that an operation lists, fetching further pages only as they are needed. */
export async function* listItems<Operation extends string>(
  api: ApiClient<Operation>,
  { operation, member, input = {} }: Listing<Operation>,
): AsyncGenerator<unknown, void> {
  let token: unknown;
  do {
    const page = await api.call(operation, { ...input, NextToken: token });
    const items = page[member];
    if (!Array.isArray(items)) throw new ApiError(`the answer to ${operation} has no ${member}`);
    yield* items as readonly unknown[];
    if (token !== undefined && page['NextToken'] === token) {
      throw new ApiError(`${operation} returns the same page again and again`);
    }
    token = page['NextToken'] || undefined;
  } while (token !== undefined);
}

/** Collects at most `limit` items that pass. */
export async function collectItems(
  items: AsyncIterable<unknown>,
  limit: number,
  passes: (item: unknown) => boolean = () => true,
): Promise<readonly unknown[]> {
  const collected: unknown[] = [];
  for await (const item of items) {
    if (passes(item)) collected.push(item);
    if (collected.length >= limit) break;
  }
  return collected;
}
