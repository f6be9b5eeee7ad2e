import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AwsError } from '../../src/aws-wire/aws-error.ts';
import { deserializeInput, membersOf } from '../../src/aws-wire/deserialize-input.ts';
import { JSON_CODEC } from '../../src/aws-wire/json-codec.ts';
import { matchRoute } from '../../src/aws-wire/rest-json/match-route.ts';
import { readRestJsonInput } from '../../src/aws-wire/rest-json/read-rest-json-input.ts';
import { validateInput } from '../../src/aws-wire/validate-input.ts';
import type { Operation } from '../../src/connector-api/operation.ts';
import { OPERATIONS } from '../../src/connector-api/operations/operations.ts';

const operations: readonly Operation<unknown, unknown>[] = Object.values(OPERATIONS);
const memberNames = operations.flatMap(({ input }) => Object.keys(membersOf(input)));
const name = fc.oneof(
  fc.constantFrom('tagKeys', ...memberNames),
  fc.string(),
  fc.constant('__proto__'),
);

/** Pieces of a request target, valid and broken. */
const piece = fc.oneof(
  fc.constantFrom(
    '/',
    '%2F',
    '%3A',
    '%',
    '%zz',
    '..',
    '.',
    '=',
    '&',
    '+',
    'connectors',
    'tags',
    'MaxResults',
    'tagKeys',
  ),
  fc.string({ unit: 'grapheme-ascii' }),
);
const target = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.dictionary(name, fc.jsonValue()).map((json) => Buffer.from(JSON.stringify(json))),
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(JSON.stringify({ Tags: { a: text } }))),
);

/** The result of `act`, or undefined if it throws an AwsError; any other error fails the test. */
function orRefusal<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

it('any path yields an operation or an AwsError', () => {
  const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT');
  fc.assert(
    fc.property(method, target, (verb, path) => {
      const match = orRefusal(() => matchRoute(OPERATIONS, verb, `/${path}`));
      if (match !== undefined) expect(OPERATIONS[match.name].http.method).toBe(verb);
    }),
    { numRuns: 10_000 },
  );
});

it('any query and body yield a valid input or an AwsError', () => {
  let valid = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...operations),
      target,
      target,
      body,
      (operation, label, query, octets) => {
        const [, labelName] = /\{(\w+)\}/.exec(operation.http.path) ?? [];
        const labels = labelName === undefined ? {} : { [labelName]: label };
        const read = () => readRestJsonInput(operation, { labels, query, body: octets });
        const input = orRefusal(() => {
          const json = deserializeInput(operation.input, read(), JSON_CODEC.readBlob);
          return validateInput(operation.input, json);
        });
        if (input === undefined) return;
        valid += 1;
        expect(input).toMatchObject(labels);
        expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
      },
    ),
    { numRuns: 3_000 },
  );
  // Otherwise nothing was tested.
  expect(valid).toBeGreaterThan(10);
});
