import type { z } from 'zod';
import { AwsError } from './aws-error.ts';

/** In one message: the reply to an input with thousands of faults stays short. */
const MAX_FAULTS = 20;
/** Characters of a value that a message quotes. */
const MAX_VALUE = 256;

/**
 * Checks an input against the constraints of the API model and returns it as `schema` parses it,
 * without unknown members.
 * @param input from `deserializeInput`
 * @throws AwsError ValidationException in the words of AWS, with each faulty member, its value and
 *   the constraint
 */
export function validateInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  const faults = issues.slice(0, MAX_FAULTS).map(describeFault);
  const count = `${issues.length} validation error${issues.length > 1 ? 's' : ''} detected`;
  throw new AwsError('ValidationException', `${count}: ${faults.join('; ')}`);
}

function describeFault(issue: z.core.$ZodIssue): string {
  const value = shown(issue.input);
  const place = memberPath(issue.path);
  return `Value ${value} at '${place}' failed to satisfy constraint: ${describeConstraint(issue)}`;
}

function describeConstraint(issue: z.core.$ZodIssue): string {
  if (issue.input === undefined) return 'Member must not be null';
  switch (issue.code) {
    case 'too_small':
      return `Member must have ${quantity(issue.origin)} greater than or equal to ${issue.minimum}`;
    case 'too_big':
      return `Member must have ${quantity(issue.origin)} less than or equal to ${issue.maximum}`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${modelPattern(issue.pattern)}`;
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.join(', ')}]`;
    default:
      return `Member ${issue.message}`;
  }
}

function quantity(origin: string): string {
  return origin === 'number' || origin === 'int' || origin === 'bigint' ? 'value' : 'length';
}

/** The pattern as in the API model: without the slashes, flags and anchors of /^(?:pattern)$/u. */
function modelPattern(pattern = ''): string {
  return pattern.replace(/^\/(?:\^\(\?:(.*)\)\$|\^(.*)\$|(.*))\/[a-z]*$/s, '$1$2$3');
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (value instanceof Uint8Array) return `of ${value.length} octets`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `'${text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}...` : text}'`;
}

/**
 * The path of a member as AWS writes it: names begin in lower case, items count from 1, for example
 * tags.1.member.key.
 */
export function memberPath(path: readonly PropertyKey[]): string {
  const steps = path.map((step) =>
    typeof step === 'number' ? `${step + 1}.member` : uncapitalised(String(step)),
  );
  return steps.join('.') || 'input';
}

function uncapitalised(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}
