import { SECOND_MS } from '../durations.ts';

/** The reply to a request, without the headers that every reply has. */
export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for no body. */
  readonly body: string;
}

/**
 * An output as JSON: times in seconds since the epoch with a fraction, without undefined members.
 */
export function encodeJson(output: unknown): string {
  return JSON.stringify(output, secondsForDates);
}

/** JSON.stringify passes a Date as text already; its holder still has the Date. */
function secondsForDates(this: unknown, name: string, value: unknown): unknown {
  const original = (this as Readonly<Record<string, unknown>>)[name];
  return original instanceof Date ? original.getTime() / SECOND_MS : value;
}
