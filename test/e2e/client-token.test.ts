import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { openAwsSdk } from '../support/clients/aws-sdk-client.ts';
import { startConnector } from '../support/servers/start-connector.ts';

function atOnce<T>(count: number, call: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, call));
}

it('twenty concurrent calls with one ClientToken make one connector and one challenge', async () => {
  const server = await startConnector();
  const sdk = openAwsSdk(server.ready);
  const ClientToken = randomUUID();
  const { certificateAuthorityArn: CertificateAuthorityArn } = server.ready;
  const listed = async (): Promise<number> => {
    const pages = await sdk.list('ListConnectors', {}, 100);
    return pages.flatMap((page) => page['Connectors']).length;
  };
  const before = await listed();
  const connectors = await atOnce(20, () =>
    sdk.call('CreateConnector', { CertificateAuthorityArn, ClientToken }),
  );
  const [connector] = connectors;
  expect(connectors).toEqual(connectors.map(() => connector));
  expect(connector?.status).toBe(202);
  expect(await listed()).toBe(before + 1);
  const ConnectorArn = connector?.output?.['ConnectorArn'];
  await expect
    .poll(async () => (await sdk.call('GetConnector', { ConnectorArn })).output?.['Connector'])
    .toMatchObject({ Status: 'ACTIVE' });
  const challenges = await atOnce(20, () =>
    sdk.call('CreateChallenge', { ConnectorArn, ClientToken }),
  );
  expect(challenges).toEqual(challenges.map(() => challenges[0]));
  const pages = await sdk.list('ListChallengeMetadata', { ConnectorArn }, 100);
  expect(pages.flatMap((page) => page['Challenges'])).toHaveLength(1);
  await server.stop();
});
