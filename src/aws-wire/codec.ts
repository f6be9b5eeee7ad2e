/** Depth inside the structure of a body. The deepest input of either API has about ten levels. */
export const MAX_DEPTH = 64;
/**
 * Names and values together: a hundred times those of a large input, and few enough to examine one
 * by one.
 */
export const MAX_PARTS = 100_000;

/** How a protocol reads and writes what is in a body. Operations are the same in every protocol. */
export interface Codec {
  /**
   * The members of an input, where null stands for an absent one; none for an empty body.
   * @throws AwsError SerializationException, also beyond MAX_DEPTH and MAX_PARTS
   */
  decode(body: Uint8Array): Readonly<Record<string, unknown>>;
  /** The octets of a blob in what `decode` returns; undefined for a value that is not a blob. */
  readBlob(value: unknown): Uint8Array | undefined;
  /** An output or an error, without its undefined members. A Date is a timestamp. */
  encode(output: unknown): string | Uint8Array;
}

/** The reply to a request, without the headers that every reply has. */
export interface WireReply<Body extends string | Uint8Array = string | Uint8Array> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for no body. */
  readonly body: Body;
}
