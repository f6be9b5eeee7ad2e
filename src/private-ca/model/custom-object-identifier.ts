import { z } from 'zod';
import { isDottedOid } from '../../asn1/object-identifiers.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';

/** CustomObjectIdentifier of the API model. */
export const customObjectIdentifierSchema = z
  .string()
  .max(64)
  .regex(/^(?:([0-2])\.([0-9]|([0-3][0-9]))((\.([0-9]+)){0,126}))$/);

/** The model's pattern also passes leading zeros and arcs that no encoder takes. @throws AwsError InvalidArgsException */
export function requireOid(text: string): string {
  if (isDottedOid(text)) return text;
  throw new AwsError('InvalidArgsException', `${text} is not an object identifier`);
}
