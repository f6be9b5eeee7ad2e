import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';

export type { Logger } from 'pino';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

/**
 * A logger that writes one JSON object a line to standard error, or to `destination`. What may be secret is never handed to
 * it; the redaction stands behind that rule, for members of the names that would be worst.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const secrets = ['password', 'challenge', 'challengePassword', 'privateKey', 'masterKey'];
  const paths = secrets.flatMap((name) => [name, `*.${name}`]);
  const options = { level, base: null, redact: { paths, censor: '[redacted]' } };
  return pino(options, destination ?? pino.destination({ fd: 2, sync: true }));
}
