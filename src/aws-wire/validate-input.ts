import type { z } from 'zod';
import { AwsError } from '../aws-wire/aws-error.ts';

/**
 * Checks an action's input against the constraints of the API model.
 * @throws AwsError ValidationException that names each member at fault, and never its value
 */
export function validateInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const { issues } = result.error;
  const faults = issues.map(({ path, message }) => `'${path.join('.') || 'input'}': ${message}`);
  const count = `${issues.length} validation error${issues.length > 1 ? 's' : ''} detected`;
  throw new AwsError('ValidationException', `${count}: ${faults.join('; ')}`);
}
