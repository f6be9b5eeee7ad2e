import { AwsError } from '../aws-error.ts';

export interface TargetParts {
  /** As received, not decoded: an ARN in it still has its %3A and %2F. Begins with a slash. */
  readonly path: string;
  /** As received, without the question mark; empty when there is none. */
  readonly query: string;
}

const PRINTABLE_ASCII = /^[!-~]+$/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
/**
 * Ten times what an operation needs. The target is taken apart and sorted for the signature, which
 * takes time, before the caller is known.
 */
const MAX_SEGMENTS = 128;
export const MAX_PARAMETERS = 1_024;
const TARGET = /^(?:https?:\/\/(?<authority>[^/?]*))?(?<path>\/[^?]*)?(?:\?(?<query>.*))?$/i;

/**
 * Splits a request target in origin-form, or in absolute-form for the same host (RFC 9112 section
 * 3.2). `host` is the Host header.
 * @throws AwsError InvalidSignatureException when two readers could interpret the target
 *   differently, or when it has too many parts
 */
export function splitTarget(target: string, host: string | undefined): TargetParts {
  const isClear =
    PRINTABLE_ASCII.test(target) && !target.includes('#') && !BROKEN_ESCAPE.test(target);
  const { authority, path = '', query = '' } = (isClear && TARGET.exec(target)?.groups) || {};
  const hasOrigin = authority !== undefined && authority === host;
  if (path === '' && !hasOrigin) throw unclear();
  if (authority !== undefined && !hasOrigin) throw unclear();
  if (hasMoreParts(path, '/', MAX_SEGMENTS + 1) || hasMoreParts(query, '&', MAX_PARAMETERS)) {
    throw new AwsError(
      'InvalidSignatureException',
      `The request target may have at most ${MAX_SEGMENTS} segments and ${MAX_PARAMETERS} parameters.`,
    );
  }
  return { path: path || '/', query };
}

function hasMoreParts(text: string, separator: string, most: number): boolean {
  return text.split(separator, most + 1).length > most;
}

function unclear(): AwsError {
  return new AwsError(
    'InvalidSignatureException',
    'The request target must be a path with well-formed percent escapes.',
  );
}
