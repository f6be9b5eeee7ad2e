/** What a request is answered with, but for the headers that every answer has. */
export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string;
}

/** An output as JSON: times in seconds since the epoch with their fraction, members that are undefined left out. */
export function encodeJson(output: unknown): string {
  return JSON.stringify(output, secondsForDates);
}

/** JSON.stringify has made text of a Date when it hands over the value; its holder still has it. */
function secondsForDates(this: unknown, name: string, value: unknown): unknown {
  const original = (this as Readonly<Record<string, unknown>>)[name];
  return original instanceof Date ? original.getTime() / 1_000 : value;
}
