import { MINUTE_MS } from '../../durations.ts';
import { AwsError } from '../aws-error.ts';
import type { HeaderValues } from './signed-request.ts';

/**
 * When the request was signed, as YYYYMMDDTHHMMSSZ: from X-Amz-Date, otherwise from the Date
 * header.
 * @throws AwsError IncompleteSignatureException
 */
export function readSigningTime(headers: HeaderValues): string {
  const [text] = headers.get('x-amz-date') ?? headers.get('date') ?? [];
  if (text === undefined) {
    throw incomplete(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  }
  if (parseBasicTime(text) !== undefined) return text;
  const milliseconds = Date.parse(text);
  if (headers.has('x-amz-date') || !isHttpDate(text, milliseconds)) {
    throw incomplete("Date must be in ISO-8601 'basic format'.");
  }
  return formatBasicTime(milliseconds);
}

/**
 * @throws AwsError InvalidSignatureException when `signedAt` differs from `now` by more than
 *   `skewMs`
 */
export function checkSigningTime(signedAt: string, now: number, skewMs: number): void {
  const milliseconds = parseBasicTime(signedAt) ?? Number.NaN;
  const current = formatBasicTime(now);
  const minutes = `${skewMs / MINUTE_MS} min.`;
  if (milliseconds < now - skewMs) {
    const earliest = formatBasicTime(now - skewMs);
    throw invalid(
      `Signature expired: ${signedAt} is now earlier than ${earliest} (${current} - ${minutes})`,
    );
  }
  if (milliseconds > now + skewMs) {
    const latest = formatBasicTime(now + skewMs);
    throw invalid(
      `Signature not yet current: ${signedAt} is still later than ${latest} (${current} + ${minutes})`,
    );
  }
}

/** Milliseconds since the epoch, or undefined when `text` is not a valid YYYYMMDDTHHMMSSZ. */
function parseBasicTime(text: string): number | undefined {
  const [, ...fields] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const [year, month, day, hour, minute, second] = fields;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const isMoment = !Number.isNaN(milliseconds) && formatBasicTime(milliseconds) === text;
  return isMoment ? milliseconds : undefined;
}

function formatBasicTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** IMF-fixdate (RFC 9110 section 5.6.7). */
function isHttpDate(text: string, milliseconds: number): boolean {
  return new Date(milliseconds).toUTCString() === text;
}

function incomplete(message: string): AwsError {
  return new AwsError('IncompleteSignatureException', message);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidSignatureException', message);
}
