/** A request as it came over the wire, before anything was made of it. */
export interface SignedRequest {
  readonly method: string;
  /** The request target with its query. */
  readonly target: string;
  /** In the order of their coming, an octet a character, as in Node's rawHeaders. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}
