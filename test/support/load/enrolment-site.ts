import { expect, vi } from 'vitest';
import { type CaCertificates, readCaCertificates } from '../../../src/scep/read-ca-certificates.ts';
import { type Replica, runAt } from '../servers/serve-replicas.ts';
import { connectorClient } from './administration-load.ts';

/** A connector with a challenge, as devices know it. */
export interface EnrolmentSite {
  readonly connectorArn: string;
  /** The path of its SCEP URL, the same at every replica. */
  readonly path: string;
  readonly challengePassword: string;
  readonly ca: CaCertificates;
}

export interface CaSite extends EnrolmentSite {
  readonly caArn: string;
}

/** Makes a root CA with a new key, a connector and a challenge. */
export async function makeSite(replica: Replica): Promise<CaSite> {
  const key = ['--key-algorithm', 'EC_prime256v1', '--subject', 'CN=Faults'];
  const caArn = await runAt(replica, 'ca', 'create', '--root', ...key);
  const connectorArn = await runAt(
    replica,
    ...['connector', 'create', '--ca-arn', caArn, '--tag', 'scep:pending-wait=2s', '--wait', '300'],
  );
  return { caArn, ...(await makeChallenge(replica, connectorArn)) };
}

/** Waits until the connector is ACTIVE, then makes a challenge for it. */
export async function makeChallenge(
  replica: Replica,
  ConnectorArn: string,
): Promise<EnrolmentSite> {
  const client = connectorClient(replica);
  const look = async () => (await client.getConnector({ ConnectorArn }).promise()).Connector;
  await expect.poll(async () => (await look())?.Status, { timeout: 300_000 }).toBe('ACTIVE');
  const path = new URL((await look())?.Endpoint ?? '').pathname;
  const { Challenge } = await client.createChallenge({ ConnectorArn }).promise();
  return {
    connectorArn: ConnectorArn,
    path,
    challengePassword: Challenge?.Password ?? '',
    ca: await fetchCa(replica, path),
  };
}

async function fetchCa(replica: Replica, path: string): Promise<CaCertificates> {
  const response = await vi.waitFor(async () => {
    const answer = await fetch(`${replica.enrolUrl}${path}?operation=GetCACert`);
    expect(answer.status).toBe(200);
    return answer;
  }, 60_000);
  const type = response.headers.get('content-type') ?? '';
  return readCaCertificates(Buffer.from(await response.arrayBuffer()), type, new Date());
}
