/** The two parameters of a SCEP URL (RFC 8894 section 4.1). */
export interface ScepQuery {
  /** Lower case; undefined when absent. */
  readonly operation: string | undefined;
  /** As in the URL, still percent-encoded; undefined when absent. */
  readonly message: string | undefined;
}

/**
 * Reads the query of a request target, with parameters in any order; the first of repeated
 * parameters counts. A general query parser would turn '+' into a space, but some clients send
 * base64 without escaping it.
 */
export function parseScepQuery(requestTarget: string): ScepQuery {
  const start = requestTarget.indexOf('?');
  const pairs = start < 0 ? [] : requestTarget.slice(start + 1).split('&');
  const value = (name: string) => {
    const pair = pairs.find((candidate) => candidate.split('=', 1)[0]?.toLowerCase() === name);
    return pair?.slice(name.length + 1);
  };
  return { operation: value('operation')?.toLowerCase(), message: value('message') };
}
