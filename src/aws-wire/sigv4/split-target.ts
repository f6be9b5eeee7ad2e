import { AwsError } from '../aws-error.ts';

export interface TargetParts {
  /** As received, not decoded: an ARN in it still has its %3A and %2F. Begins with a slash. */
  readonly path: string;
  /** As received, without the question mark; empty when there is none. */
  readonly query: string;
}

const PRINTABLE_ASCII = /^[!-~]+$/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const TARGET = /^(?:https?:\/\/(?<authority>[^/?]*))?(?<path>\/[^?]*)?(?:\?(?<query>.*))?$/i;

/**
 * Splits a request target in origin-form, or in absolute-form for the same host (RFC 9112 section
 * 3.2). `host` is the Host header.
 * @throws AwsError InvalidSignatureException when two readers could interpret the target
 *   differently
 */
export function splitTarget(target: string, host: string | undefined): TargetParts {
  const isClear =
    PRINTABLE_ASCII.test(target) && !target.includes('#') && !BROKEN_ESCAPE.test(target);
  const { authority, path = '', query = '' } = (isClear && TARGET.exec(target)?.groups) || {};
  const hasOrigin = authority !== undefined && authority === host;
  if (path === '' && !hasOrigin) throw unclear();
  if (authority !== undefined && !hasOrigin) throw unclear();
  return { path: path || '/', query };
}

function unclear(): AwsError {
  return new AwsError(
    'InvalidSignatureException',
    'The request target must be a path with well-formed percent escapes.',
  );
}
