import { expect, it } from 'vitest';
import { thisAdminWorld } from '../../../../src/cli/api-command/admin-world.ts';
import { waitUntilActive } from '../../../../src/cli/connector/wait-for-connector.ts';

const CREATING = {
  ...{ Arn: 'x', CertificateAuthorityArn: 'x', Type: 'GENERAL_PURPOSE', Status: 'CREATING' },
  ...{ Endpoint: 'x', CreatedAt: 0, UpdatedAt: 0 },
};

it('prints the ARN of a server without control characters when the time is over', async () => {
  const warnings: string[] = [];
  const warn = (text: string) => void warnings.push(text);
  const world = { ...thisAdminWorld(), warn, clock: () => new Date(0) };
  const api = { call: async () => ({ Connector: CREATING }) };
  expect(await waitUntilActive(api as never, 'arn\u001b[1m', 0, world)).toBe(3);
  expect(warnings).toEqual(['arn [1m is still CREATING after 0 seconds\n']);
});
