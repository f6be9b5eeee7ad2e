import { setTimeout as sleep } from 'node:timers/promises';
import PcaConnectorScep from 'aws-sdk/clients/pcaconnectorscep.js';
import { expect, test } from 'vitest';
import type { RunningConnector } from '../support/start-connector.ts';
import { startConnector } from '../support/start-connector.ts';

/** Longer than the pause that a connector's next try may have to wait for. */
const SETTLED_WITHIN = 40_000;
/** Three starts, and the pause. */
const TIMEOUT = 120_000;
const AT_ONCE = [1, 2, 3, 4];

function clientOf({ ready }: RunningConnector): PcaConnectorScep {
  const { accessKeyId, secretAccessKey } = ready;
  return new PcaConnectorScep({
    endpoint: ready.apiUrl,
    region: ready.region,
    credentials: { accessKeyId, secretAccessKey },
    maxRetries: 0,
  });
}

/** The statuses of connectors once `done` holds of all of them; 404 stands for one that is gone. */
async function statusesOnce(
  client: PcaConnectorScep,
  arns: readonly string[],
  done: (status: string) => boolean,
): Promise<string[]> {
  const deadline = Date.now() + SETTLED_WITHIN;
  for (;;) {
    const statuses = await Promise.all(
      arns.map(async (ConnectorArn) => {
        try {
          const { Connector } = await client.getConnector({ ConnectorArn }).promise();
          return Connector?.Status ?? 'none';
        } catch (error) {
          return String((error as { statusCode?: number }).statusCode);
        }
      }),
    );
    if (statuses.every(done) || Date.now() > deadline) return statuses;
    await sleep(250);
  }
}

test(
  'connectors that were CREATING or DELETING when the server was killed are finished after its restart',
  async () => {
    const first = await startConnector();
    const { dataDir, ready } = first;
    const creating = await Promise.all(
      AT_ONCE.map(async (token) => {
        const { ConnectorArn = '' } = await clientOf(first)
          .createConnector({
            CertificateAuthorityArn: ready.certificateAuthorityArn,
            ClientToken: `token-${token}`,
          })
          .promise();
        return ConnectorArn;
      }),
    );
    await first.kill();

    const second = await startConnector({ dataDir });
    const client = clientOf(second);
    const active = await statusesOnce(client, creating, (status) => status === 'ACTIVE');
    expect(active).toEqual(AT_ONCE.map(() => 'ACTIVE'));
    const again = await client
      .createConnector({
        CertificateAuthorityArn: ready.certificateAuthorityArn,
        ClientToken: 'token-1',
      })
      .promise();
    expect(again.ConnectorArn).toBe(creating[0]);

    for (const ConnectorArn of creating) await client.createChallenge({ ConnectorArn }).promise();
    await Promise.all(
      creating.map((ConnectorArn) => client.deleteConnector({ ConnectorArn }).promise()),
    );
    await second.kill();

    const third = await startConnector({ dataDir });
    const gone = await statusesOnce(clientOf(third), creating, (status) => status === '404');
    expect(gone).toEqual(AT_ONCE.map(() => '404'));
    const { Connectors } = await clientOf(third).listConnectors().promise();
    expect(Connectors?.map(({ Arn }) => Arn)).toEqual([ready.connectorArn]);
    await third.stop();
  },
  TIMEOUT,
);

test(
  'a development server makes anew what has been deleted since its last start',
  async () => {
    const first = await startConnector();
    const { dataDir, ready } = first;
    const { Challenges = [] } = await clientOf(first)
      .listChallengeMetadata({ ConnectorArn: ready.connectorArn })
      .promise();
    const [challenge] = Challenges;
    if (challenge?.Arn === undefined) throw new Error('the development server has a challenge');
    await clientOf(first).deleteChallenge({ ChallengeArn: challenge.Arn }).promise();
    await first.stop();

    const second = await startConnector({ dataDir });
    expect(second.ready.connectorArn).toBe(ready.connectorArn);
    expect(second.ready.challengePassword).not.toBe(ready.challengePassword);
    await clientOf(second).deleteConnector({ ConnectorArn: ready.connectorArn }).promise();
    await second.stop();

    const third = await startConnector({ dataDir });
    expect(third.ready.connectorArn).not.toBe(ready.connectorArn);
    expect(third.ready.certificateAuthorityArn).toBe(ready.certificateAuthorityArn);
    const { Connectors } = await clientOf(third).listConnectors().promise();
    expect(Connectors?.map(({ Arn }) => Arn)).toEqual([third.ready.connectorArn]);
    await third.stop();
  },
  TIMEOUT,
);
