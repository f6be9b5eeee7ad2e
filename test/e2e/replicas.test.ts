import path from 'node:path';
import PcaConnectorScep from 'aws-sdk/clients/pcaconnectorscep.js';
import { expect, it } from 'vitest';
import { CONNECTOR_KEY, connectorPartition } from '../../src/connectors/connector-record.ts';
import { listRaGenerations } from '../../src/connectors/ra/ra-generations.ts';
import { turns } from '../../src/connectors/ra/take-turn.ts';
import { getEntry } from '../../src/store/collection.ts';
import { openLmdbRecordStore } from '../../src/store/embedded/lmdb-record-store.ts';
import { openTables } from '../../src/store/embedded/open-tables.ts';
import { enrolDevice } from '../support/clients/enrol-device.ts';
import { auditConnectors } from '../support/load/audit-connectors.ts';
import { stopProcess } from '../support/servers/child-processes.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { FREE_PORTS, startServe } from '../support/servers/start-serve.ts';

/** Time for a turn and a lease to expire, on a slow machine. */
const TAKEN_OVER = { timeout: 120_000, interval: 500 };

type Ready = RunningConnector['ready'];

function clientOf(apiUrl: string, { region, accessKeyId, secretAccessKey }: Ready) {
  const credentials = { accessKeyId, secretAccessKey };
  return new PcaConnectorScep({ endpoint: apiUrl, region, credentials, maxRetries: 0 });
}

/** Starts another server on the store of a development server. */
function startReplica({ dataDir }: Pick<RunningConnector, 'dataDir'>) {
  return startServe({
    settings: {
      dataDir,
      masterKeyFile: path.join(dataDir, 'master.key'),
      credentialsFile: path.join(dataDir, 'credentials.json'),
      ...FREE_PORTS,
    },
  });
}

/** Resolves once a server has the turn to make the connector's RA identity. */
async function untilTurnIsTaken(directory: string, connectorArn: string): Promise<void> {
  const store = await openLmdbRecordStore({ directory, clock: Date.now });
  const partition = connectorPartition(connectorArn.split('/')[1] ?? '');
  const turn = () => getEntry(store, partition, turns, CONNECTOR_KEY);
  await expect.poll(turn, { timeout: 60_000, interval: 50 }).toBeDefined();
  await store.close();
}

it('two servers on one store answer the 12 operations as one, each asked at the other server than the one before', async () => {
  const first = await startConnector();
  const second = await startReplica(first);
  const [one, two] = [first.ready.apiUrl, second.apiUrl].map((url) => clientOf(url, first.ready));
  if (one === undefined || two === undefined) throw new Error('two clients');
  const { certificateAuthorityArn: CertificateAuthorityArn } = first.ready;

  const ClientToken = 'one-connector';
  const request = { CertificateAuthorityArn, ClientToken };
  const created = await one.createConnector(request).promise();
  expect(await two.createConnector(request).promise()).toEqual(created);
  const ConnectorArn = created.ConnectorArn ?? '';
  const statusAt = async (client: PcaConnectorScep) =>
    (await client.getConnector({ ConnectorArn }).promise()).Connector?.Status;
  await expect.poll(() => statusAt(two), TAKEN_OVER).toBe('ACTIVE');
  const { Challenge } = await one.createChallenge({ ConnectorArn }).promise();
  const ChallengeArn = Challenge?.Arn ?? '';
  expect((await two.getChallengePassword({ ChallengeArn }).promise()).Password).toBe(
    Challenge?.Password,
  );
  const metadata = await one.getChallengeMetadata({ ChallengeArn }).promise();
  expect(metadata.ChallengeMetadata?.ConnectorArn).toBe(ConnectorArn);
  const challenges = await two.listChallengeMetadata({ ConnectorArn }).promise();
  expect(challenges.Challenges?.map(({ Arn }) => Arn)).toEqual([ChallengeArn]);
  await one.tagResource({ ResourceArn: ConnectorArn, Tags: { a: '1', b: '2' } }).promise();
  await two.untagResource({ ResourceArn: ConnectorArn, TagKeys: ['a'] }).promise();
  const { Tags } = await one.listTagsForResource({ ResourceArn: ConnectorArn }).promise();
  expect(Tags).toEqual({ b: '2' });

  const { Connector } = await two.getConnector({ ConnectorArn }).promise();
  const enrolled = await enrolDevice({
    url: Connector?.Endpoint ?? '',
    challenge: Challenge?.Password ?? '',
    caFingerprint: first.ready.caFingerprintSha256,
    subject: 'CN=of-either',
  });
  expect(enrolled).toMatchObject({ code: 0, stderr: '' });

  await one.deleteChallenge({ ChallengeArn }).promise();
  await two.deleteConnector({ ConnectorArn }).promise();
  const listed = async () =>
    (await one.listConnectors().promise()).Connectors?.map(({ Arn }) => Arn);
  await expect.poll(listed, TAKEN_OVER).toEqual([first.ready.connectorArn]);
  expect(await second.stop()).toBe(0);
  expect(await first.stop()).toBe(0);
});

it('a server that is paused while it makes an RA identity stores nothing once another has made it', async () => {
  // Its CA is slow for connectors made over the API.
  const paused = await startConnector({ args: ['--ca-delay', '6'] });
  const { ready, dataDir } = paused;
  const other = await startReplica(paused);
  const request = { CertificateAuthorityArn: ready.certificateAuthorityArn };
  const made = await clientOf(ready.apiUrl, ready).createConnector(request).promise();
  const ConnectorArn = made.ConnectorArn ?? '';
  const directory = path.join(dataDir, 'store');
  await untilTurnIsTaken(directory, ConnectorArn);
  const { environment } = openTables(directory);
  // Stopped while this process holds the store's lock. Otherwise it could hold the lock itself and
  // block the other server.
  environment.transactionSync(() => stopProcess(paused.process.pid ?? 0));
  await environment.close();
  const client = clientOf(other.apiUrl, ready);
  const look = async () => (await client.getConnector({ ConnectorArn }).promise()).Connector;
  try {
    await expect.poll(async () => (await look())?.Status, TAKEN_OVER).toBe('ACTIVE');
  } finally {
    paused.process.kill('SIGCONT');
  }
  // A server that stops first finishes its work: it tries to store what it made.
  expect(await paused.stop()).toBe(0);
  expect((await look())?.Status).toBe('ACTIVE');
  const { Challenge } = await client.createChallenge({ ConnectorArn }).promise();
  const enrolled = await enrolDevice({
    url: (await look())?.Endpoint ?? '',
    challenge: Challenge?.Password ?? '',
    caFingerprint: ready.caFingerprintSha256,
    subject: 'CN=after-the-pause',
  });
  expect(enrolled).toMatchObject({ code: 0, stderr: '' });
  expect(await other.stop()).toBe(0);

  const store = await openLmdbRecordStore({ directory, clock: Date.now });
  expect(await listRaGenerations(store, ConnectorArn.split('/')[1] ?? '')).toHaveLength(1);
  await auditConnectors(store);
  await store.close();
});
