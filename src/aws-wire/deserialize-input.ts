import { z } from 'zod';
import { AwsError } from './aws-error.ts';
import type { Codec } from './codec.ts';
import { memberPath } from './validate-input.ts';

type ReadBlob = Codec['readBlob'];

/**
 * The first of two steps for every input: checks that each member has the wire type of `schema`,
 * without its constraints (`validateInput` is the second step). A null member counts as absent.
 * Unknown members stay, and the second step removes them. A z.union stands for a tagged union of
 * the API model; each option is a strict object with one member.
 * @param members from a codec, whose `readBlob` this is
 * @throws AwsError SerializationException for another type, a null in a list or map, or a union
 *   without exactly one member
 */
export function deserializeInput<T>(
  schema: z.ZodType<T>,
  members: unknown,
  readBlob: ReadBlob,
): Partial<T> {
  const input = asModelled(schema, members, { readBlob, path: [] });
  const fault = schema.safeParse(input, { reportInput: true }).error?.issues.find(isFormFault);
  if (fault !== undefined) throw malformed(fault.path, fault.message);
  return input as Partial<T>;
}

interface Place {
  readonly readBlob: ReadBlob;
  readonly path: readonly PropertyKey[];
}

function below({ readBlob, path }: Place, step: PropertyKey): Place {
  return { readBlob, path: [...path, step] };
}

/** Drops null members and reads blobs; leaves everything else as it is. */
function asModelled(schema: z.core.$ZodType, value: unknown, place: Place): unknown {
  const type = wireSchema(schema);
  if (isBlobSchema(type)) return asBlob(value, place);
  // To zod it would be an object, and its octets members.
  if (value instanceof Uint8Array) throw malformed(place.path, 'a blob is not expected');
  if (type instanceof z.ZodArray && Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const { element } = type.def as z.core.$ZodArrayDef;
    return items.map((item, index) => asModelled(element, item, below(place, index)));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (type instanceof z.ZodUnion) return asModelledUnion(type, value, place);
  if (!(type instanceof z.ZodObject)) return value;
  const shape = membersOf(type);
  const members = Object.entries<unknown>({ ...value })
    .filter(([, member]) => member !== null)
    .map(([name, member]) => {
      const known = Object.hasOwn(shape, name) ? shape[name] : undefined;
      return [name, known ? asModelled(known, member, below(place, name)) : member] as const;
    });
  return Object.fromEntries<unknown>(members);
}

function asBlob(value: unknown, { readBlob, path }: Place): Uint8Array {
  const octets = readBlob(value);
  if (octets === undefined) throw malformed(path, 'expected a blob');
  return octets;
}

function asModelledUnion({ def }: z.ZodUnion, value: object, place: Place): unknown {
  const present = Object.entries(value).filter(([, member]) => member !== null);
  const [name = ''] = present[0] ?? [];
  const option = def.options.find((schema) => {
    const type = wireSchema(schema);
    return type instanceof z.ZodObject && Object.hasOwn(type.def.shape, name);
  });
  if (present.length !== 1 || option === undefined) {
    throw malformed(place.path, 'expected exactly one member of the union');
  }
  return asModelled(option, value, place);
}

/** Whether an issue is about the form of the input and not about a constraint of the model. */
function isFormFault(issue: z.core.$ZodIssue): boolean {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input !== undefined && issue.expected !== 'undefined';
    case 'invalid_value':
      return issue.input !== undefined && typeof issue.input !== typeof issue.values[0];
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
 * The schema of the wire: without the wrappers of optional and readonly members, and of a codec the
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

const BLOB_ENCODING = 'base64';

/** A blob of the API model, as octets. The codec of a protocol reads it from the wire. */
export function blobSchema(octets: { readonly min: number; readonly max: number }) {
  const bytes = z.instanceof(Uint8Array).check(({ value, issues }) => {
    const limit = { origin: 'array', input: value } as const;
    if (value.length < octets.min)
      issues.push({ ...limit, code: 'too_small', minimum: octets.min });
    if (value.length > octets.max) issues.push({ ...limit, code: 'too_big', maximum: octets.max });
  });
  return bytes.meta({ contentEncoding: BLOB_ENCODING, octets });
}

/** Whether `blobSchema` made this schema. */
function isBlobSchema(schema: z.core.$ZodType): boolean {
  return (
    schema instanceof z.ZodCustom &&
    z.globalRegistry.get(schema)?.['contentEncoding'] === BLOB_ENCODING
  );
}
