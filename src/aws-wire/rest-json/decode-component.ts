import { AwsError } from '../aws-error.ts';

/**
 * A label, or a name or value of a query, decoded once. A plus is a plus.
 * @throws AwsError SerializationException when an escape is broken or is not UTF-8
 */
export function decodeComponent(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new AwsError('SerializationException', 'The URL has an escape that cannot be decoded');
  }
}
