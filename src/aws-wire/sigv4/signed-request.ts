import { AwsError } from '../aws-error.ts';

/** Values by lower-case name, each list in the order of their coming. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

/** What two values would leave to each reader's choice. */
const SINGLE = /^(authorization|host|date|x-amz-.*)$/;

/** @throws AwsError IncompleteSignatureException when a header comes twice that the signature's meaning hangs on */
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

/** A request as it came over the wire, before anything was made of it. */
export interface SignedRequest {
  readonly method: string;
  /** The request target with its query. */
  readonly target: string;
  /** In the order of their coming, an octet a character, as in Node's rawHeaders. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}
