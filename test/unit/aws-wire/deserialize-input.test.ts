import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { blobSchema, deserializeInput } from '../../../src/aws-wire/deserialize-input.ts';
import { JSON_CODEC } from '../../../src/aws-wire/json-codec.ts';
import { CBOR_CODEC } from '../../../src/aws-wire/rpc-v2-cbor/cbor-codec.ts';
import { awsErrorOf } from '../../support/clients/aws-error-of.ts';

const schema = z.object({
  Name: z.string().min(5),
  Type: z.enum(['A', 'B']).optional(),
  Count: z.int().max(9).optional(),
  On: z.boolean().optional(),
  Tags: z.record(z.string(), z.string()).optional(),
  Keys: z.array(z.string()).optional(),
  Inner: z.object({ Name: z.string().optional() }).readonly().optional(),
  Blob: blobSchema({ min: 2, max: 3 }).optional(),
  Union: z
    .union([
      z.strictObject({ Intune: z.object({ Domain: z.string().min(3) }) }),
      z.strictObject({ Other: z.string() }),
    ])
    .optional(),
});

const readJson = (json: unknown) => deserializeInput(schema, json, JSON_CODEC.readBlob);

describe('checks the form and not the constraints:', () => {
  it.each<[string, object]>([
    ['nothing at all', {}],
    ['a name too short', { Name: '' }],
    ['a value out of the enum', { Type: 'C' }],
    ['a number too large', { Count: 10 }],
    ['unknown members, whatever they hold', { Surprise: { a: [null] } }],
    ['a map', { Tags: { a: 'b' } }],
    ['a union', { Union: { Intune: { Domain: '' } } }],
    ['the other member of it', { Union: { Other: 'x' } }],
  ])('%s', (_name, input) => {
    expect(readJson(input)).toEqual(input);
  });

  it.each<[string, object, string]>([
    ['a number for text', { Name: 1 }, "at 'name': Invalid input: expected string"],
    ['text for a number', { Count: '1' }, "at 'count'"],
    ['a fraction for an integer', { Count: 1.5 }, "at 'count'"],
    ['a number for an enum', { Type: 1 }, "at 'type'"],
    ['text for a boolean', { On: 'true' }, "at 'on'"],
    ['a list for a map', { Tags: ['a'] }, "at 'tags'"],
    ['a number in a map', { Tags: { a: 1 } }, "at 'tags.a'"],
    ['null in a map', { Tags: { a: null } }, "at 'tags.a'"],
    ['null in a list', { Keys: ['a', null] }, "at 'keys.2.member'"],
    ['an object in a list', { Keys: [{}] }, "at 'keys.1.member'"],
    ['text for a structure', { Inner: 'x' }, "at 'inner'"],
    ['a number in a structure', { Inner: { Name: 1 } }, "at 'inner.name'"],
    ['text that is not base64', { Blob: '!' }, "at 'blob'"],
    ['an empty union', { Union: {} }, "at 'union': expected exactly one member"],
    ['a union of nulls', { Union: { Other: null } }, "at 'union'"],
    ['two members', { Union: { Intune: { Domain: 'abc' }, Other: 'x' } }, "at 'union'"],
    ['a union with an unknown second', { Union: { Other: 'x', More: 1 } }, "at 'union'"],
    ['a union with an unknown one', { Union: { More: 1 } }, "at 'union'"],
    ['text for a union', { Union: 'x' }, "at 'union'"],
  ])('%s', (_name, input, text) => {
    const error = awsErrorOf(() => readJson(input));
    expect(error.code).toBe('SerializationException');
    expect(error.message).toContain(text);
  });
});

describe('a blob', () => {
  const octets = Buffer.of(0, 1, 2);
  const readCbor = (value: unknown) =>
    deserializeInput(schema, { Blob: value }, CBOR_CODEC.readBlob);

  it('is base64 text in JSON, and octets in CBOR', () => {
    expect(readJson({ Blob: 'AAEC' })).toEqual({ Blob: octets });
    expect(readCbor(octets)).toEqual({ Blob: octets });
  });

  it.each([
    ['octets in JSON', () => readJson({ Blob: octets })],
    ['text in CBOR', () => readCbor('AAEC')],
    ['a list in CBOR', () => readCbor([0, 1, 2])],
  ])('is not %s', (_name, read) => {
    const error = awsErrorOf(read);
    expect(error.code).toBe('SerializationException');
    expect(error.message).toContain("at 'blob': expected a blob");
  });

  it('of another length is left to the second step', () => {
    expect(readCbor(Buffer.alloc(9))).toEqual({ Blob: Buffer.alloc(9) });
  });

  it.each(['Name', 'Count', 'Inner', 'Union', 'Tags', 'Keys'])('is no value of %s', (name) => {
    const read = () => deserializeInput(schema, { [name]: octets }, CBOR_CODEC.readBlob);
    expect(awsErrorOf(read).code).toBe('SerializationException');
  });
});

it('treats null members as absent at every depth', () => {
  const input = {
    Name: null,
    Inner: { Name: null },
    Union: { Intune: { Domain: null }, Other: null },
    Surprise: null,
  };
  expect(readJson(input)).toEqual({ Inner: {}, Union: { Intune: {} } });
});

it('refuses input other than an object', () => {
  for (const json of [[], 'x', 1, true]) {
    expect(awsErrorOf(() => readJson(json)).code).toBe('SerializationException');
  }
});

it('accepts any JSON or refuses it as malformed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(schema.shape)), (value, name) => {
      try {
        readJson({ [name]: value });
      } catch (error) {
        expect(error).toMatchObject({ name: 'AwsError', code: 'SerializationException' });
      }
    }),
  );
});
