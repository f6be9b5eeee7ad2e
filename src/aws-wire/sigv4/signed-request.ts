import { AwsError } from '../aws-error.ts';

/** Values by lower-case name, in the order received. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

/** Headers that must not be repeated, because readers would choose different values. */
const SINGLE = /^(authorization|host|date|x-amz-.*)$/;

/**
 * @throws AwsError IncompleteSignatureException when a header that the signature depends on is
 *   repeated
 */
export function groupHeaders(headers: readonly (readonly [string, string])[]): HeaderValues {
  const grouped = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const values = grouped.get(key);
    if (values === undefined) grouped.set(key, [value]);
    else if (SINGLE.test(key)) throw repeated(key);
    else values.push(value);
  }
  return grouped;
}

function repeated(name: string): AwsError {
  return new AwsError('IncompleteSignatureException', `Header '${name}' must come only once.`);
}

/** A request as received, before any processing and before its body. */
export interface RequestHead {
  readonly method: string;
  /** The request target with its query. */
  readonly target: string;
  /** In the order received, one character per octet, as in Node's rawHeaders. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** The first header of this name, which is in lower case. */
export function headerOf(headers: RequestHead['headers'], name: string): string | undefined {
  return headers.find(([own]) => own.toLowerCase() === name)?.[1];
}

export interface SignedRequest extends RequestHead {
  readonly body: Uint8Array;
}
