import { describe, expect, it } from 'vitest';
import { AWS_ERRORS } from '../../src/aws-wire/aws-error.ts';
import type { Operation } from '../../src/connector-api/operation.ts';
import { OPERATIONS } from '../../src/connector-api/operations/operations.ts';
import { membersOfShape, readApiModel } from '../support/api-model/api-model.ts';
import { modelJsonSchema, wireJsonSchema } from '../support/api-model/wire-json-schema.ts';

const model = readApiModel('pca-connector-scep');
const OURS: Readonly<Record<string, Operation<unknown, unknown>>> = OPERATIONS;

/** A schema in comparable form, without the order of required members. */
function sorted(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === 'required' && Array.isArray(value) ? value.toSorted() : value,
  );
}

/** The model requires no member of an output and allows further ones. Our schemas promise more. */
function withoutPromises(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === 'required' && Array.isArray(value) ? undefined : value,
  );
}

it('speaks every protocol of the newest model', () => {
  expect(model.metadata.protocols).toEqual(['rest-json']);
});

it('the operations are those of the newest model', () => {
  expect(Object.keys(OURS).toSorted()).toEqual(Object.keys(model.operations).toSorted());
});

describe.each(Object.entries(model.operations))('%s', (name, modelled) => {
  const ours = OURS[name];
  if (ours === undefined) throw new Error(`we have no ${name}`);

  it('has the method, path and status of the model', () => {
    const { method, path, status } = ours.http;
    expect({ method, requestUri: path, responseCode: status }).toEqual(modelled.http);
  });

  it('has the query members and path labels of the model', () => {
    const inQuery = membersOfShape(model, modelled.input)
      .filter(([, { location }]) => location === 'querystring')
      .map(([member, { locationName }]) => [member, locationName]);
    expect(ours.http.query ?? {}).toEqual(Object.fromEntries(inQuery));
    const labels = membersOfShape(model, modelled.input)
      .filter(([, { location }]) => location === 'uri')
      .map(([member, { locationName }]) => [`{${member}}`, `{${locationName}}`]);
    expect(ours.http.path.match(/\{\w+\}/g) ?? []).toEqual(labels.map(([label]) => label));
    expect(labels.every(([member, place]) => member === place)).toBe(true);
  });

  it('takes the input of the model: members, types, required members and constraints', () => {
    const expected = modelled.input && modelJsonSchema(model, modelled.input);
    expect(sorted(wireJsonSchema(ours.input))).toEqual(sorted(expected));
  });

  it('returns the output of the model', () => {
    const given = ours.output && withoutPromises(wireJsonSchema(ours.output));
    const expected = modelled.output && withoutPromises(modelJsonSchema(model, modelled.output));
    expect(given).toEqual(expected);
  });

  it('has the errors of the model', () => {
    const expected = modelled.errors?.map(({ shape }) => shape);
    expect(ours.errors.toSorted()).toEqual(expected?.toSorted());
  });
});

it('errors have the statuses of the model', () => {
  const statuses = Object.entries(model.shapes).flatMap(([name, { error }]) =>
    error === undefined ? [] : [[name, error.httpStatusCode] as const],
  );
  expect(statuses.length).toBeGreaterThan(0);
  expect(AWS_ERRORS).toMatchObject(Object.fromEntries(statuses));
});
