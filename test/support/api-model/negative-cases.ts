import { type ApiModel, type ModelShape, type ShapeRef, shapeOf } from './api-model.ts';

/** A value that a member must not have, and AWS's message about it. */
export interface NegativeCase {
  readonly what: string;
  /** JSON; undefined leaves the member out. */
  readonly value: unknown;
  readonly error: 'SerializationException' | 'ValidationException';
  /**
   * What a ValidationException says about the member at `place`. The place may lead on below the
   * member.
   */
  readonly constraint?: string;
  readonly place?: string;
}

/**
 * Finds a valid value for a shape.
 * @throws Error for a shape that it does not know, so that a new shape gets a sample
 */
export type SampleOf = (ref: ShapeRef) => unknown;

/** The values that the model forbids for a member of a JSON body and for everything inside it. */
export function forbiddenInBody(
  model: ApiModel,
  ref: ShapeRef,
  required: boolean,
  sampleOf: SampleOf,
): readonly NegativeCase[] {
  const shape = shapeOf(model, ref);
  return [
    ...(required ? missing : []),
    ...otherTypes(shape).map((value) => malformed(`${JSON.stringify(value)}`, value)),
    ...forbiddenText(shape),
    ...forbiddenNumbers(shape),
    ...forbiddenOctets(shape),
    ...forbiddenSizes(shape, sampleOf),
    ...forbiddenInside(model, ref, sampleOf),
  ];
}

/** The values that the model forbids for a member of the query, where everything is text. */
export function forbiddenInQuery(
  model: ApiModel,
  ref: ShapeRef,
  required: boolean,
): readonly NegativeCase[] {
  const shape = shapeOf(model, ref);
  const notIntegers = shape.type === 'integer' ? ['ten', '', '1.5', '0x1'] : [];
  return [
    ...missing.slice(0, required ? 1 : 0),
    ...notIntegers.map((value) => malformed(`'${value}'`, value)),
    ...(shape.type === 'list' ? [] : [malformed('there twice', ['a', 'b'])]),
    ...forbiddenText(shape),
    ...forbiddenNumbers(shape),
  ];
}

/** The values that the model forbids for a member of the path, which cannot be empty there. */
export function forbiddenInPath(model: ApiModel, ref: ShapeRef): readonly NegativeCase[] {
  return forbiddenText(shapeOf(model, ref)).filter(({ value }) => value !== '');
}

const missing: readonly NegativeCase[] = [undefined, null].map((value) => ({
  what: value === null ? 'null' : 'missing',
  value,
  error: 'ValidationException',
  constraint: 'Member must not be null',
}));

function malformed(what: string, value: unknown): NegativeCase {
  return { what, value, error: 'SerializationException' };
}

/** The JSON type of each type of the model. */
const JSON_TYPES: Readonly<Record<string, string>> = {
  ...{ blob: 'string', string: 'string', boolean: 'boolean', list: 'list' },
  ...{ integer: 'integer', long: 'integer', map: 'object', structure: 'object' },
};

function otherTypes({ type }: ModelShape): readonly unknown[] {
  const samples = {
    ...{ string: 'text', integer: 1, fraction: 1.5 },
    ...{ boolean: true, list: ['text'], object: {} },
  };
  const others = Object.entries(samples).filter(([name]) => name !== JSON_TYPES[type]);
  return others.map(([, value]) => value);
}

function forbiddenText(shape: ModelShape): readonly NegativeCase[] {
  if (shape.type !== 'string') return [];
  const { min = 0, max, pattern } = shape;
  const cases: NegativeCase[] = [];
  if (min > 0) cases.push(tooShort('x'.repeat(min - 1), min));
  if (max !== undefined) cases.push(tooLong('x'.repeat(max + 1), max));
  if (pattern !== undefined) {
    const constraint = `Member must satisfy regular expression pattern: ${pattern}`;
    for (const text of outsidePattern(pattern, min)) {
      cases.push(refused(`'${text}'`, text, constraint));
    }
  }
  if (shape.enum !== undefined) {
    const constraint = `Member must satisfy enum value set: [${shape.enum.join(', ')}]`;
    cases.push(refused('out of the enum', 'Surprise', constraint));
  }
  return cases;
}

function outsidePattern(pattern: string, min: number): readonly string[] {
  const whole = new RegExp(`^(?:${pattern})$`, pattern.includes('\\p{') ? 'u' : '');
  const texts = [' ', '*', 'ü', '\u0000', '\n', 'a\n'].map((unit) =>
    unit.repeat(Math.max(1, Math.ceil(min / unit.length))),
  );
  return texts.filter((text) => !whole.test(text));
}

function forbiddenNumbers({ type, min, max }: ModelShape): readonly NegativeCase[] {
  if (type !== 'integer' && type !== 'long') return [];
  const value = 'Member must have value';
  return [
    ...(min === undefined
      ? []
      : [refused(`${min - 1}`, min - 1, `${value} greater than or equal to ${min}`)]),
    ...(max === undefined
      ? []
      : [refused(`${max + 1}`, max + 1, `${value} less than or equal to ${max}`)]),
  ];
}

function forbiddenOctets({ type, min = 0, max }: ModelShape): readonly NegativeCase[] {
  if (type !== 'blob') return [];
  const octets = (count: number) => Buffer.alloc(count).toString('base64');
  const sizes = [
    ...(min > 0 ? [tooShort(octets(min - 1), min)] : []),
    ...(max === undefined ? [] : [tooLong(octets(max + 1), max)]),
  ];
  return [...['*', 'AAA', 'AA==\n'].map((text) => malformed(`'${text}'`, text)), ...sizes];
}

function forbiddenSizes(
  { type, min = 0, max, member }: ModelShape,
  sampleOf: SampleOf,
): readonly NegativeCase[] {
  if (type !== 'list' || member === undefined) return [];
  const items = (length: number) => Array.from({ length }, () => sampleOf(member));
  return [
    ...(min > 0 ? [tooShort(items(min - 1), min)] : []),
    ...(max === undefined ? [] : [tooLong(items(max + 1), max)]),
  ];
}

function tooShort(value: unknown, min: number): NegativeCase {
  return refused('too short', value, `Member must have length greater than or equal to ${min}`);
}

function tooLong(value: unknown, max: number): NegativeCase {
  return refused('too long', value, `Member must have length less than or equal to ${max}`);
}

function refused(what: string, value: unknown, constraint: string): NegativeCase {
  return { what, value, error: 'ValidationException', constraint };
}

function forbiddenInside(
  model: ApiModel,
  ref: ShapeRef,
  sampleOf: SampleOf,
): readonly NegativeCase[] {
  const shape = shapeOf(model, ref);
  switch (shape.type) {
    case 'map':
      return [null, 1, {}].map((value) =>
        malformed(`${JSON.stringify(value)} in it`, { key: value }),
      );
    case 'list':
      return [
        malformed('null in it', [null]),
        ...(shape.member ? forbiddenInBody(model, shape.member, false, sampleOf) : []).map(inList),
      ];
    case 'structure':
      return [
        ...(shape.union ? forbiddenUnions(shape, sampleOf) : []),
        ...Object.entries(shape.members ?? {}).flatMap(([name, member]) => {
          const required = !shape.union && (shape.required ?? []).includes(name);
          const siblings = requiredSamples(shape, sampleOf);
          return forbiddenInBody(model, member, required, sampleOf).map((one) => ({
            ...one,
            what: `${name}: ${one.what}`,
            value: { ...siblings, [name]: one.value },
            place: [uncapitalised(name), one.place].filter((step) => step).join('.'),
          }));
        }),
      ];
    default:
      return [];
  }
}

function inList(one: NegativeCase): NegativeCase {
  const place = ['1.member', one.place].filter((step) => step).join('.');
  return { ...one, what: `in it: ${one.what}`, value: [one.value], place };
}

function forbiddenUnions({ members = {} }: ModelShape, sampleOf: SampleOf): NegativeCase[] {
  return Object.entries(members).flatMap(([name, member]) => [
    malformed('no member of the union', {}),
    malformed(`${name} null`, { [name]: null }),
    malformed('an unknown member of the union', { Surprise: 'x' }),
    malformed('two members of the union', { [name]: sampleOf(member), Surprise: 'x' }),
  ]);
}

/** A sample of every member that a structure requires. */
export function requiredSamples(
  { members = {}, required = [] }: ModelShape,
  sampleOf: SampleOf,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    required.flatMap((name) => {
      const member = members[name];
      return member === undefined ? [] : [[name, sampleOf(member)]];
    }),
  );
}

export function uncapitalised(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
