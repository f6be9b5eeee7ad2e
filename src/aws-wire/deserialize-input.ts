import { z } from 'zod';
import { AwsError } from './aws-error.ts';
import { memberPath } from './validate-input.ts';

/**
 * The first of two steps for every input: checks that each member has the JSON type of `schema`,
 * without its constraints (`validateInput` is the second step). A null member counts as absent.
 * Unknown members stay, and the second step removes them. A z.union stands for a tagged union of
 * the API model; each option is a strict object with one member.
 * @throws AwsError SerializationException for another type, a null in a list or map, or a union
 *   without exactly one member
 */
export function deserializeInput<T>(schema: z.ZodType<T>, json: unknown): Partial<T> {
  const input = withoutNullMembers(schema, json, []);
  const fault = schema.safeParse(input, { reportInput: true }).error?.issues.find(isFormFault);
  if (fault !== undefined) throw malformed(fault.path, fault.message);
  return input as Partial<T>;
}

function withoutNullMembers(
  schema: z.core.$ZodType,
  json: unknown,
  path: readonly PropertyKey[],
): unknown {
  const type = wireSchema(schema);
  if (type instanceof z.ZodArray && Array.isArray(json)) {
    const items: readonly unknown[] = json;
    const { element } = type.def as z.core.$ZodArrayDef;
    return items.map((item, index) => withoutNullMembers(element, item, [...path, index]));
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  if (type instanceof z.ZodUnion) return withoutNullUnionMembers(type, json, path);
  if (!(type instanceof z.ZodObject)) return json;
  const shape = membersOf(type);
  const members = Object.entries<unknown>({ ...json })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      const member = Object.hasOwn(shape, name) ? shape[name] : undefined;
      return [name, member ? withoutNullMembers(member, value, [...path, name]) : value] as const;
    });
  return Object.fromEntries<unknown>(members);
}

function withoutNullUnionMembers(
  { def }: z.ZodUnion,
  json: object,
  path: readonly PropertyKey[],
): unknown {
  const present = Object.entries(json).filter(([, value]) => value !== null);
  const [name = ''] = present[0] ?? [];
  const option = def.options.find((schema) => {
    const type = wireSchema(schema);
    return type instanceof z.ZodObject && Object.hasOwn(type.def.shape, name);
  });
  if (present.length !== 1 || option === undefined) {
    throw malformed(path, 'expected exactly one member of the union');
  }
  return withoutNullMembers(option, json, path);
}

/** Whether an issue is about the form of the input and not about a constraint of the model. */
function isFormFault(issue: z.core.$ZodIssue): boolean {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input !== undefined && issue.expected !== 'undefined';
    case 'invalid_value':
      return issue.input !== undefined && typeof issue.input !== typeof issue.values[0];
    case 'invalid_format':
      return issue.format === 'base64';
    case 'invalid_union':
      return issue.errors.every((branch) => branch.some(isFormFault));
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.some(isFormFault);
    default:
      return false;
  }
}

function malformed(path: readonly PropertyKey[], fault: string): AwsError {
  const place = path.length > 0 ? ` at '${memberPath(path)}'` : '';
  return new AwsError('SerializationException', `The input cannot be read${place}: ${fault}`);
}

/**
 * The schema of the JSON: without the wrappers of optional and readonly members, and of a codec the
 * outer side.
 */
export function wireSchema(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodReadonly) {
    return wireSchema(schema.def.innerType);
  }
  if (schema instanceof z.ZodPipe) return wireSchema(schema.def.in);
  if (schema instanceof z.ZodLazy) return wireSchema(schema.def.getter());
  return schema;
}

/** The members of a structure by name; none for any other schema. */
export function membersOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const structure = wireSchema(schema);
  return structure instanceof z.ZodObject ? structure.def.shape : {};
}
