import type { HttpReply } from '../scep-client/exchange-http.ts';
import { ApiError } from './api-error.ts';

/** The body of an answer; an empty object if the answer has only a status. */
export type AnswerBody = Readonly<Record<string, unknown>>;

/**
 * Reads a REST-JSON answer.
 * @throws ApiError when the API refuses, or when something else than an API answers
 */
export function readApiAnswer({ status, headers, body }: HttpReply): AnswerBody {
  const succeeded = status >= 200 && status < 300;
  const content = body.length === 0 ? {} : readObject(body);
  if (succeeded && content !== undefined) return content;
  const { message, Message, code, __type, ...members } = content ?? {};
  const name = errorName([headers['x-amzn-errortype'], code, __type]);
  if (succeeded || name === undefined) {
    throw new ApiError(`HTTP ${status} from something other than the API; is the endpoint right?`);
  }
  const text = [Message, message].find((value) => typeof value === 'string');
  throw new ApiError(text ? withoutPatterns(text) : `HTTP ${status}`, name, textsOf(members));
}

/**
 * Regular expressions help nobody who types a command. The API writes several faults one after the
 * other.
 */
function withoutPatterns(message: string): string {
  return message.replaceAll(
    /Member must satisfy regular expression pattern: .*?(?=; Value |$)/gs,
    'it does not have the form that the API requires',
  );
}

function readObject(body: Uint8Array): AnswerBody | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as AnswerBody)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Servers may write the name as namespace#Name:documentation. */
function errorName(candidates: readonly unknown[]): string | undefined {
  const found = candidates.find((value) => typeof value === 'string');
  return found?.split(':')[0]?.split('#').at(-1)?.trim() || undefined;
}

function textsOf(members: AnswerBody): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(members).filter(
      (member): member is [string, string] => typeof member[1] === 'string',
    ),
  );
}
