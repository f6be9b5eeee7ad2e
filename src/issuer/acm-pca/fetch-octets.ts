/** Milliseconds, for the whole of it. */
const FETCHED_WITHIN = 3_000;

export interface FetchOptions {
  /** Octets of the answer. */
  readonly limit: number;
  /** What is posted; without it, a GET. */
  readonly body?: { readonly type: string; readonly octets: Uint8Array };
}

/**
 * What is at a URL, following no redirect: it would lead away from what the authority's configuration names.
 * @throws Error with a message that says why there is nothing
 */
export async function fetchOctets(url: string, { limit, body }: FetchOptions): Promise<Uint8Array> {
  const response = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(FETCHED_WITHIN),
    ...(body && { method: 'POST', body: body.octets, headers: { 'Content-Type': body.type } }),
  }).catch((error: unknown) => {
    throw new Error(reasonOf(error), { cause: error });
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`it answers with HTTP status ${response.status}`);
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stream = (response.body ?? []) as AsyncIterable<Uint8Array>;
  for await (const piece of stream) {
    length += piece.length;
    if (length > limit) throw new Error(`it is longer than ${limit} octets`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function reasonOf(error: unknown): string {
  const { name, cause } = error instanceof Error ? error : new Error();
  if (name === 'TimeoutError') return `there is no answer within ${FETCHED_WITHIN} ms`;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return `it cannot be reached (${code ?? name})`;
}
