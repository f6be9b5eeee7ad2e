import { z } from 'zod';

/** What a schema says of the wire: without the wrappers of optional and readonly members, the outer side of a codec. */
export function wireSchema(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodReadonly) {
    return wireSchema(schema.def.innerType);
  }
  if (schema instanceof z.ZodPipe) return wireSchema(schema.def.in);
  if (schema instanceof z.ZodLazy) return wireSchema(schema.def.getter());
  return schema;
}

/** The members of a structure by their names; none for any other schema. */
export function membersOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const structure = wireSchema(schema);
  return structure instanceof z.ZodObject ? structure.def.shape : {};
}
