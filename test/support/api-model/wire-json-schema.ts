import { z } from 'zod';
import { type ApiModel, type ShapeRef, shapeOf } from './api-model.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

const TIMESTAMP: JsonSchema = { type: 'number', description: 'Seconds since the epoch.' };

/** The JSON Schema of what a zod schema means on the wire: times are seconds since the epoch. */
export function wireJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...made } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodDate) Object.assign(jsonSchema, TIMESTAMP);
    },
  });
  return made;
}

/**
 * The same for a shape of an API model. A tagged union becomes an anyOf of objects with one member.
 */
export function modelJsonSchema(model: ApiModel, ref: ShapeRef): JsonSchema {
  const shape = shapeOf(model, ref);
  const { min, max, pattern } = shape;
  switch (shape.type) {
    case 'string':
      return withoutUndefined({
        type: 'string',
        minLength: min,
        maxLength: max,
        pattern: pattern === undefined ? undefined : `^(?:${pattern})$`,
        enum: shape.enum && [...shape.enum],
      });
    case 'integer':
    case 'long':
      return withoutUndefined({ type: 'integer', minimum: min, maximum: max });
    case 'boolean':
      return { type: 'boolean' };
    case 'timestamp':
      return TIMESTAMP;
    case 'blob':
      return { contentEncoding: 'base64', octets: { min: min ?? 0, max } };
    case 'list':
      return withoutUndefined({
        type: 'array',
        minItems: min,
        maxItems: max,
        items: shape.member && modelJsonSchema(model, shape.member),
      });
    case 'map':
      return {
        type: 'object',
        propertyNames: { type: 'string' },
        additionalProperties: shape.value ? modelJsonSchema(model, shape.value) : {},
      };
    case 'structure':
      return structureSchema(model, ref);
    default:
      throw new Error(`what is ${shape.type} in JSON Schema?`);
  }
}

function structureSchema(model: ApiModel, ref: ShapeRef): JsonSchema {
  const { members = {}, required = [], union } = shapeOf(model, ref);
  const properties = Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, modelJsonSchema(model, member)]),
  );
  if (union) {
    const options = Object.entries(properties).map(([name, schema]) => ({
      type: 'object' as const,
      properties: { [name]: schema },
      required: [name],
      additionalProperties: false,
    }));
    return { anyOf: options };
  }
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required: [...required] } : {}),
  };
}

function withoutUndefined(schema: Readonly<Record<string, unknown>>): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}
