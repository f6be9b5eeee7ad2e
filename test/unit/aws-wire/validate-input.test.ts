import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { validateInput } from '../../../src/aws-wire/validate-input.ts';
import { awsErrorOf } from '../../support/clients/aws-error-of.ts';

const schema = z.object({
  ConnectorArn: z
    .string()
    .min(5)
    .max(20)
    .regex(/^(?:arn:\w+(\/\d+)?)$/),
  Type: z.enum(['GENERAL_PURPOSE', 'INTUNE']).optional(),
  MaxResults: z.int().min(1).max(1000).optional(),
  Tags: z
    .array(z.object({ Key: z.string().min(1) }))
    .min(1)
    .max(2)
    .optional(),
  Keys: z.array(z.string().min(1)).optional(),
  Validity: z.object({ Value: z.int() }).optional(),
});
const valid = { ConnectorArn: 'arn:x' };

const fault = (value: string, place: string, constraint: string) =>
  `Value ${value} at '${place}' failed to satisfy constraint: ${constraint}`;

describe('reports one fault:', () => {
  it.each<[string, object, string]>([
    [
      'missing',
      { ConnectorArn: undefined },
      fault('null', 'connectorArn', 'Member must not be null'),
    ],
    [
      'not of the pattern',
      { ConnectorArn: 'wrong' },
      fault(
        "'wrong'",
        'connectorArn',
        String.raw`Member must satisfy regular expression pattern: arn:\w+(\/\d+)?`,
      ),
    ],
    [
      'not in the enum',
      { Type: 'OTHER' },
      fault("'OTHER'", 'type', 'Member must satisfy enum value set: [GENERAL_PURPOSE, INTUNE]'),
    ],
    [
      'too small',
      { MaxResults: 0 },
      fault("'0'", 'maxResults', 'Member must have value greater than or equal to 1'),
    ],
    [
      'too large',
      { MaxResults: 1001 },
      fault("'1001'", 'maxResults', 'Member must have value less than or equal to 1000'),
    ],
    [
      'an empty list',
      { Tags: [] },
      fault("'[]'", 'tags', 'Member must have length greater than or equal to 1'),
    ],
    [
      'a member of a list',
      { Tags: [{ Key: 'a' }, { Key: '' }] },
      fault("''", 'tags.2.member.key', 'Member must have length greater than or equal to 1'),
    ],
    [
      'a nested member',
      { Validity: {} },
      fault('null', 'validity.value', 'Member must not be null'),
    ],
  ])('%s', (_name, changes, text) => {
    const error = awsErrorOf(() => validateInput(schema, { ...valid, ...changes }));
    expect(error.code).toBe('ValidationException');
    expect(error.message).toBe(`1 validation error detected: ${text}`);
  });
});

it('reports several faults, two of them of one member', () => {
  const error = awsErrorOf(() => validateInput(schema, { ConnectorArn: 'x', MaxResults: 0 }));
  expect(error.message).toBe(
    `3 validation errors detected: ${[
      fault("'x'", 'connectorArn', 'Member must have length greater than or equal to 5'),
      fault(
        "'x'",
        'connectorArn',
        String.raw`Member must satisfy regular expression pattern: arn:\w+(\/\d+)?`,
      ),
      fault("'0'", 'maxResults', 'Member must have value greater than or equal to 1'),
    ].join('; ')}`,
  );
});

it('keeps the message short for long values and thousands of faults', () => {
  const long = awsErrorOf(() => validateInput(schema, { ConnectorArn: 'y'.repeat(100_000) }));
  expect(long.message).toContain(`'${'y'.repeat(256)}...' at 'connectorArn'`);
  const keys = Array.from({ length: 5_000 }, () => '');
  const many = awsErrorOf(() => validateInput(schema, { ...valid, Keys: keys }));
  expect(many.message).toMatch(/^5000 validation errors detected: /);
  expect(many.message.length).toBeLessThan(4_000);
});

it('leaves out unknown members', () => {
  expect(validateInput(schema, { ...valid, Surprise: 1 })).toEqual(valid);
});
