import { describe, expect, it } from 'vitest';
import { PRIVATE_CA_PROTOCOLS } from '../../src/http/private-ca-protocols.ts';
import type { Action } from '../../src/private-ca/actions/action.ts';
import { ACTIONS } from '../../src/private-ca/actions/actions.ts';
import { readApiModel } from '../support/api-model/api-model.ts';
import { plainPattern } from '../support/api-model/plain-pattern.ts';
import { modelJsonSchema, wireJsonSchema } from '../support/api-model/wire-json-schema.ts';

const model = readApiModel('acm-pca');
const OURS: Readonly<Record<string, Pick<Action<unknown, unknown>, 'errors' | 'input'>>> = ACTIONS;

/**
 * A schema in comparable form, without limits that limit nothing, the order of members and the
 * spelling of patterns.
 */
function comparable(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    const saysNothing =
      key === 'readOnly' ||
      (key === 'minLength' && value === 0) ||
      (key === 'maximum' && value === Number.MAX_SAFE_INTEGER);
    if (saysNothing) return undefined;
    const isSet = (key === 'required' || key === 'enum') && Array.isArray(value);
    if (isSet) return value.map(String).toSorted();
    return key === 'pattern' ? plainPattern(String(value)) : value;
  });
}

it('speaks every protocol of the newest model', () => {
  expect(Object.keys(PRIVATE_CA_PROTOCOLS)).toEqual(
    expect.arrayContaining([...model.metadata.protocols]),
  );
});

it('the actions are those of the newest model', () => {
  expect(Object.keys(OURS).toSorted()).toEqual(Object.keys(model.operations).toSorted());
});

describe.each(Object.entries(model.operations))('%s', (name, modelled) => {
  const ours = OURS[name];
  if (ours === undefined) throw new Error(`we have no ${name}`);

  it('takes the input of the model: members, types, required members and constraints', () => {
    const expected = modelled.input && modelJsonSchema(model, modelled.input);
    expect(comparable(wireJsonSchema(ours.input))).toEqual(comparable(expected));
  });

  it('has the errors of the model', () => {
    const expected = modelled.errors?.map(({ shape }) => shape);
    expect(ours.errors.toSorted()).toEqual(expected?.toSorted());
  });
});
