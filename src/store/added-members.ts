import { z } from 'zod';
import type { Collection } from './collection.ts';

/**
 * The schema of an API structure for a record: as `storedObject`, for each object in it. Members
 * that a later version added pass through.
 */
export function keepAdded<Schema extends z.ZodType>(schema: Schema): Schema {
  return loosen(schema) as Schema;
}

function loosen(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodObject) {
    const members = Object.entries<z.core.$ZodType>(schema.shape);
    const shape = Object.fromEntries(members.map(([name, member]) => [name, loosen(member)]));
    return schema.clone({ ...schema.def, shape, catchall: z.unknown() });
  }
  if (schema instanceof z.ZodArray) {
    const element = loosen(schema.element as z.core.$ZodType);
    return schema.clone({ ...schema.def, element } as typeof schema.def);
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodReadonly) {
    const innerType = loosen(schema.unwrap());
    return schema.clone({ ...schema.def, innerType } as never);
  }
  return schema;
}

/**
 * The members of a stored value that no schema of the collection has: a later version added them,
 * and a record that takes the place of the value keeps them.
 */
export function addedMembers(
  { schema }: Collection<unknown>,
  value: object,
): Readonly<Record<string, unknown>> {
  const known = new Set(namesIn(schema));
  return Object.fromEntries(Object.entries(value).filter(([name]) => !known.has(name)));
}

function namesIn(schema: z.core.$ZodType): readonly string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(namesIn);
  return [];
}
