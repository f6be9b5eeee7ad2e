import { type DestinationStream, type Logger, pino } from 'pino';
import { standardError } from './standard-error.ts';

export type { Logger } from 'pino';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

/** What changes how a terminal or a viewer shows a line: C1, bidi, separators, the invisible. */
const MISLEADING = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Writes one JSON object a line to standard error, or to `destination`. Callers never log secrets;
 * the redaction of the most dangerous names is a second line of defence.
 */
export function createLogger(level: LogLevel, destination = standardError()): Logger {
  const secrets = ['password', 'challenge', 'challengePassword', 'privateKey', 'masterKey'];
  const paths = secrets.flatMap((name) => [name, `*.${name}`]);
  const options = { level, base: null, redact: { paths, censor: '[redacted]' } };
  return pino(options, escaping(destination));
}

/** JSON escapes only C0. The rest can stand only in its strings, where it may be escaped too. */
function escaping(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(line.replace(MISLEADING, escapeCodeUnits)) };
}

function escapeCodeUnits(text: string): string {
  return Array.from({ length: text.length }, (_, at) => {
    const hex = text.charCodeAt(at).toString(16).padStart(4, '0');
    return `\\u${hex}`;
  }).join('');
}
