import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

/** Lines are buffered up to this size while the disk is full; further lines are lost. */
const MAX_BUFFER_OCTETS = 1_048_576;

/**
 * Writes one JSON object a line to standard error, or to `destination`. Callers never log secrets;
 * the redaction of the most dangerous names is a second line of defence.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const secrets = ['password', 'challenge', 'challengePassword', 'privateKey', 'masterKey'];
  const paths = secrets.flatMap((name) => [name, `*.${name}`]);
  const options = { level, base: null, redact: { paths, censor: '[redacted]' } };
  return pino(options, destination ?? standardError());
}

/** Ignores errors: the server continues when the log's reader has died or its disk is full. */
function standardError(): DestinationStream {
  const stream = pino.destination({ fd: 2, sync: true, maxLength: MAX_BUFFER_OCTETS });
  return stream.on('error', () => undefined);
}
