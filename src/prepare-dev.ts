import { z } from 'zod';
import type { ConnectorRecord } from './connectors/connector-record.ts';
import { createChallenge } from './connectors/create-challenge.ts';
import { createConnector } from './connectors/create-connector.ts';
import { findChallenge, openChallengePassword } from './connectors/find-challenge.ts';
import { findConnector } from './connectors/find-connector.ts';
import { renewRaIdentity } from './connectors/renew-ra-identity.ts';
import { activateRoot } from './private-ca/activate-root.ts';
import type { PrivateCaScope } from './private-ca/private-ca-arns.ts';
import { defineCollection, getEntry, putEntry } from './store/collection.ts';
import type { Wired } from './wire.ts';

/** What `scep-connector dev` made on its first start. */
const installationSchema = z.strictObject({
  certificateAuthorityArn: z.string(),
  connectorId: z.string(),
  challengeId: z.string(),
});

const installations = defineCollection<z.infer<typeof installationSchema>>(
  'dev-installations',
  installationSchema,
);
const PARTITION = 'dev';
const KEY = 'first-start';

/** Any client can be tried against the development connector: scepclient knows only single DES and SHA-1. */
const DEV_TAGS = { 'scep:legacy': 'des sha1' };

export interface DevInstallation {
  readonly connector: ConnectorRecord;
  readonly challengePassword: string;
}

/**
 * The CA, connector and challenge of a development server: made on its first start, found again later. When a first start is
 * cut short the next one begins anew; when two run at once, the first to finish is the one both use.
 */
export async function prepareDev(wired: Wired, scope: PrivateCaScope): Promise<DevInstallation> {
  const found = await findInstallation(wired);
  if (found === undefined) await makeInstallation(wired, scope);
  const installation = found ?? (await findInstallation(wired));
  if (installation === undefined) throw new Error('the development installation is incomplete');
  await renewRaIdentity(wired, installation.connector);
  return installation;
}

async function findInstallation(wired: Wired): Promise<DevInstallation | undefined> {
  const entry = await getEntry(wired.store, PARTITION, installations, KEY);
  if (entry === undefined) return undefined;
  const { connectorId, challengeId } = entry.value;
  const connector = await findConnector(wired.store, connectorId);
  const challenge = await findChallenge(wired.store, connectorId, challengeId);
  if (connector === undefined || challenge === undefined) return undefined;
  const challengePassword = openChallengePassword(wired.sealer, connectorId, challenge);
  return { connector, challengePassword };
}

async function makeInstallation(wired: Wired, scope: PrivateCaScope): Promise<void> {
  const certificateAuthorityArn = await activateRoot(wired.privateCa, {
    name: 'dev',
    keyAlgorithm: 'RSA_2048',
    signingAlgorithm: 'SHA256WITHRSA',
    subject: { CommonName: 'scep-connector development CA' },
    validity: { Type: 'YEARS', Value: 10 },
  });
  const request = { certificateAuthorityArn, tags: DEV_TAGS };
  const connector = await createConnector(wired, scope, request);
  const { challenge } = await createChallenge(wired, connector);
  const record = {
    certificateAuthorityArn,
    connectorId: connector.id,
    challengeId: challenge.id,
  };
  await wired.store.commit(PARTITION, [
    putEntry(installations, KEY, record, { condition: 'absent' }),
  ]);
}
