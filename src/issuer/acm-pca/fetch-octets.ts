const FETCH_TIMEOUT_MS = 3_000;

export interface FetchOptions {
  /** Longest answer that is accepted. */
  readonly maxOctets: number;
  /** With it the request is a POST, without it a GET. */
  readonly body?: { readonly type: string; readonly octets: Uint8Array };
}

/**
 * Fetches the content of a URL. It follows no redirect, which would lead away from the place that
 * the authority's configuration names.
 * @throws Error with a message that says why there is no content
 */
export async function fetchOctets(
  url: string,
  { maxOctets, body }: FetchOptions,
): Promise<Uint8Array> {
  const response = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
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
    if (length > maxOctets) throw new Error(`it is longer than ${maxOctets} octets`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function reasonOf(error: unknown): string {
  const { name, cause } = error instanceof Error ? error : new Error();
  if (name === 'TimeoutError') return `there is no answer within ${FETCH_TIMEOUT_MS} ms`;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return `it cannot be reached (${code ?? name})`;
}
