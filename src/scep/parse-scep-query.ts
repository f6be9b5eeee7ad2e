/** The two parameters of a SCEP URL (RFC 8894 section 4.1). */
export interface ScepQuery {
  /** Lower case; undefined when absent. */
  readonly operation: string | undefined;
  /** As in the URL, still percent-encoded; undefined when absent. */
  readonly message: string | undefined;
}

/** No client sends more. The rest is not looked at, so that a long query costs nothing. */
const MAX_PARAMETERS = 16;

/**
 * Reads the query of a request target, with parameters in any order; the first of repeated
 * parameters counts, and only the first 16 of all. Two question marks count as one. A general query
 * parser would turn '+' into a space, but some clients send base64 without escaping it.
 */
export function parseScepQuery(requestTarget: string): ScepQuery {
  const [, query = ''] = /\?{1,2}(.*)$/s.exec(requestTarget) ?? [];
  const pairs = query.split('&', MAX_PARAMETERS);
  const value = (name: string) => {
    const pair = pairs.find((candidate) => candidate.split('=', 1)[0]?.toLowerCase() === name);
    return pair?.slice(name.length + 1);
  };
  return { operation: value('operation')?.toLowerCase(), message: value('message') };
}
