import { expect, it } from 'vitest';
import { CONNECTOR_OPERATIONS } from '../../../../src/cli/api/connector-service.ts';
import { OPERATIONS } from '../../../../src/connector-api/operations/operations.ts';

it('the client knows every operation as the server does', () => {
  const bindings = Object.entries(OPERATIONS).map(([name, { http }]) => {
    const { status: _, ...binding } = http;
    return [name, binding];
  });
  expect(CONNECTOR_OPERATIONS).toEqual(Object.fromEntries(bindings));
});
