import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import PcaConnectorScep from 'aws-sdk/clients/pcaconnectorscep.js';
import { expect, it } from 'vitest';
import { beginDeleting } from '../../src/connectors/begin-deleting.ts';
import { findConnector } from '../../src/connectors/find-connector.ts';
import { openLmdbRecordStore } from '../../src/store/embedded/lmdb-record-store.ts';
import type { RecordStore } from '../../src/store/record-store.ts';
import { enrolDevice } from '../support/clients/enrol-device.ts';
import { auditConnectors, leftOf } from '../support/load/audit-connectors.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';

/** Longer than the longest pause before a connector's next try. */
const SETTLED_WITHIN_MS = 150_000;
/** Time for three starts and the pause. */
const TIMEOUT_MS = 400_000;
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

/** Reads the store of a server that is not running. */
async function inStore<T>(dataDir: string, look: (store: RecordStore) => Promise<T>): Promise<T> {
  const directory = path.join(dataDir, 'store');
  const store = await openLmdbRecordStore({ directory, clock: Date.now });
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

/** The connectors in status DELETING. */
async function deletingOf(store: RecordStore, arns: readonly string[]): Promise<string[]> {
  const found = arns.map(async (arn) => findConnector(store, arn.split('/')[1] ?? ''));
  return (await Promise.all(found)).flatMap((one) => (one?.status === 'DELETING' ? [one.arn] : []));
}

/**
 * The statuses of connectors once `done` accepts all of them. 404 stands for a deleted connector.
 */
async function statusesOnce(
  client: PcaConnectorScep,
  arns: readonly string[],
  done: (status: string) => boolean,
): Promise<string[]> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
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

it(
  'connectors that are CREATING when the server is killed are finished after its restart',
  async () => {
    const first = await startConnector({ args: ['--ca-delay', '3600'] });
    const { dataDir, ready } = first;
    const create = async (client: PcaConnectorScep, token: number) => {
      const request = { CertificateAuthorityArn: ready.certificateAuthorityArn };
      const ClientToken = `token-${token}`;
      const made = await client.createConnector({ ...request, ClientToken }).promise();
      return made.ConnectorArn ?? '';
    };
    const arns = await Promise.all(AT_ONCE.map((token) => create(clientOf(first), token)));
    expect(await statusesOnce(clientOf(first), arns, () => true)).toEqual(
      AT_ONCE.map(() => 'CREATING'),
    );
    await first.kill();

    const second = await startConnector({ dataDir });
    const client = clientOf(second);
    const active = await statusesOnce(client, arns, (status) => status === 'ACTIVE');
    expect(active).toEqual(AT_ONCE.map(() => 'ACTIVE'));
    expect(await create(client, 1)).toBe(arns[0]);
    const { caFingerprintSha256: caFingerprint } = ready;
    const { Connector } = await client.getConnector({ ConnectorArn: arns[0] ?? '' }).promise();
    const { Challenge } = await client.createChallenge({ ConnectorArn: arns[0] ?? '' }).promise();
    const device = { url: Connector?.Endpoint ?? '', challenge: Challenge?.Password ?? '' };
    const enrolled = await enrolDevice({ ...device, caFingerprint, subject: 'CN=late' });
    expect(enrolled).toMatchObject({ code: 0, stderr: '' });
    await second.stop();
  },
  TIMEOUT_MS,
);

it(
  'connectors that are DELETING when the server is killed are gone after its restart',
  async () => {
    const first = await startConnector();
    const { dataDir, ready } = first;
    const client = clientOf(first);
    const nowhere = ready.certificateAuthorityArn.slice(0, -36) + randomUUID();
    const arns = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const made = client.createConnector({ CertificateAuthorityArn: nowhere });
        return (await made.promise()).ConnectorArn ?? '';
      }),
    );
    const failed = await statusesOnce(client, arns, (status) => status === 'FAILED');
    expect(failed).toEqual(arns.map(() => 'FAILED'));
    const [asked, later] = [arns.slice(0, 10), arns.slice(10)];
    const deletions = asked.map((ConnectorArn) => client.deleteConnector({ ConnectorArn }));
    const answers = deletions.map((deletion) => deletion.promise());
    await Promise.any(answers);
    await first.kill();
    const settled = await Promise.allSettled(answers);
    const accepted = asked.filter((_, index) => settled[index]?.status === 'fulfilled');
    // How far the deletions above have come depends on the machine. The later ones stop right after
    // their first commit, as if the server was killed there.
    const deleting = await inStore(dataDir, async (store) => {
      for (const arn of later) await beginDeleting({ store, clock: Date.now }, ready, arn);
      return deletingOf(store, arns);
    });
    expect(deleting).toEqual(expect.arrayContaining(later));

    const second = await startConnector({ dataDir });
    const doomed = [...new Set([...accepted, ...deleting])];
    const gone = await statusesOnce(clientOf(second), doomed, (status) => status === '404');
    expect(gone).toEqual(doomed.map(() => '404'));
    await second.stop();
    await inStore(dataDir, async (store) => {
      await auditConnectors(store);
      for (const arn of doomed) expect(await leftOf(store, arn)).toEqual([]);
    });
  },
  TIMEOUT_MS,
);

it(
  'a development server makes again what was deleted since its last start',
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
  TIMEOUT_MS,
);
