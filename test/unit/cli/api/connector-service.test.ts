import { expect, it } from 'vitest';
import { CONNECTOR_OPERATIONS } from '../../../../src/cli/api/connector-service.ts';
import { OPERATIONS } from '../../../../src/connector-api/operations/operations.ts';

it('has the same path, query and method for every operation as the server', () => {
  const bindings = Object.entries(OPERATIONS).map(([name, { http }]) => {
    const { status: _, ...binding } = http;
    return [name, binding];
  });
  expect(CONNECTOR_OPERATIONS).toEqual(Object.fromEntries(bindings));
});
