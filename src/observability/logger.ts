import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

/** Octets that are kept for a disk that is full until it has room again; what comes beyond is lost. */
const MOST_UNWRITTEN = 1_048_576;

/**
 * A logger that writes one JSON object a line to standard error, or to `destination`. What may be secret is never handed to
 * it; the redaction stands behind that rule, for members of the names that would be worst.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const secrets = ['password', 'challenge', 'challengePassword', 'privateKey', 'masterKey'];
  const paths = secrets.flatMap((name) => [name, `*.${name}`]);
  const options = { level, base: null, redact: { paths, censor: '[redacted]' } };
  return pino(options, destination ?? standardError());
}

/** Whoever reads the log may die and the disk that takes it may fill up: the server goes on, and there is nobody to tell. */
function standardError(): DestinationStream {
  const stream = pino.destination({ fd: 2, sync: true, maxLength: MOST_UNWRITTEN });
  return stream.on('error', () => undefined);
}
