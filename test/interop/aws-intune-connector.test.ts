import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectorClients } from '../support/clients/connector-clients.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';

const INTUNE = {
  Intune: { AzureApplicationId: '11111111-2222-3333-4444-555555555555', Domain: 'example.com' },
};

let server: RunningConnector;

beforeAll(async () => {
  server = await startConnector();
});

afterAll(() => server.stop());

// Tests a tagged union, which clients check more strictly than other members.
for (const { name, installed, open } of connectorClients()) {
  it.runIf(installed)(`${name} makes and reads a connector for Intune`, async () => {
    const client = open(server.ready);
    const { certificateAuthorityArn: CertificateAuthorityArn, enrolUrl } = server.ready;
    const request = { CertificateAuthorityArn, MobileDeviceManagement: INTUNE };
    const created = await client.call('CreateConnector', {
      ...request,
      ClientToken: randomUUID(),
    });
    expect(created.status).toBe(202);
    const ConnectorArn = String(created.output?.['ConnectorArn']);
    const { output } = await client.call('GetConnector', { ConnectorArn });
    expect(output?.['Connector']).toMatchObject({
      Type: 'INTUNE',
      MobileDeviceManagement: INTUNE,
      OpenIdConfiguration: {
        Issuer: expect.stringContaining(`${enrolUrl}/oidc/`) as string,
        Subject: ConnectorArn,
        Audience: 'api://AzureADTokenExchange',
      },
    });
    const challenge = await client.call('CreateChallenge', { ConnectorArn });
    expect(challenge).toMatchObject({ status: 400, error: { name: 'ValidationException' } });
    if (challenge.error?.members !== undefined) {
      expect(challenge.error.members).toMatchObject({ Reason: 'INVALID_CONNECTOR_TYPE' });
    }
    await client.close();
  });
}
