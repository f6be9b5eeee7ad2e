import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DEFAULT_REGION } from '../config/settings.ts';
import { beginCreating } from '../connectors/begin-creating.ts';
import {
  findChallengeById,
  openChallengePassword,
} from '../connectors/challenges/find-challenge.ts';
import { makeChallenge } from '../connectors/challenges/make-challenge.ts';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { findConnector } from '../connectors/find-connector.ts';
import { renewRaIdentity } from '../connectors/ra/renew-ra-identity.ts';
import { resumeConnector } from '../connectors/unfinished-connectors.ts';
import { activateRoot } from '../private-ca/activate-root.ts';
import { scopedTo } from '../private-ca/model/ca-context.ts';
import { defineCollection, getEntry, putEntry, storedObject } from '../store/collection.ts';
import type { Wired } from '../wire.ts';

/** What `scep-connector dev` creates on its first start. */
const installationSchema = storedObject({
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

/** The ARNs of a development server name no real account. */
export const DEV_SCOPE = { region: DEFAULT_REGION, accountId: '000000000000' };

/** Lets every client enrol for a trial: scepclient only knows single DES and SHA-1. */
const DEV_TAGS = { 'scep:legacy': 'des sha1 sha1-renewal', 'scep:pending-wait': '2s' };

export interface DevInstallation {
  readonly connector: ConnectorRecord;
  readonly challengePassword: string;
}

/** The development connector counts towards quotas, but no quota refuses it. */
const NO_QUOTAS = {
  connectors: Number.MAX_SAFE_INTEGER,
  challengesPerConnector: Number.MAX_SAFE_INTEGER,
};

/**
 * Creates the CA, connector and challenge of a development server on its first start, finds them on
 * later starts, and recreates what has been deleted since. After an interrupted start the next one
 * begins again; of two concurrent starts, both use what the first to finish has created.
 */
export async function prepareDev(wired: Wired): Promise<DevInstallation> {
  const found = await findDevInstallation(wired);
  if (found === undefined) await makeInstallation(wired);
  const installation = found ?? (await findDevInstallation(wired));
  if (installation === undefined) throw new Error('the development installation is incomplete');
  await renewRaIdentity(wired, installation.connector);
  return installation;
}

/**
 * What an earlier start created; undefined when a part of it is missing.
 * @throws SealError when the master key is another one
 */
export async function findDevInstallation(wired: Wired): Promise<DevInstallation | undefined> {
  const entry = await getEntry(wired.store, PARTITION, installations, KEY);
  if (entry === undefined) return undefined;
  const { connectorId, challengeId } = entry.value;
  const connector = await findConnector(wired.store, connectorId);
  const challenge = await findChallengeById(wired.store, connectorId, challengeId);
  if (connector?.status !== 'ACTIVE' || challenge === undefined) return undefined;
  const challengePassword = openChallengePassword(wired.sealer, connectorId, challenge);
  return { connector, challengePassword };
}

async function makeInstallation(wired: Wired): Promise<void> {
  const former = await getEntry(wired.store, PARTITION, installations, KEY);
  const certificateAuthorityArn = await activateRoot(scopedTo(wired.privateCa, DEV_SCOPE), {
    name: 'dev',
    keyAlgorithm: 'RSA_2048',
    signingAlgorithm: 'SHA256WITHRSA',
    subject: { CommonName: 'scep-connector development CA' },
    validity: { Type: 'YEARS', Value: 10 },
  });
  const deps = { ...wired, quotas: NO_QUOTAS };
  const kept = former && (await findConnector(wired.store, former.value.connectorId));
  const connector =
    kept?.status === 'ACTIVE'
      ? kept
      : await makeConnector(wired, certificateAuthorityArn, former?.value.connectorId);
  const { challenge } = await makeChallenge(deps, connector, {
    tags: {},
    clientToken: `dev-after-${former?.value.challengeId ?? 'nothing'}`,
  });
  const made = { certificateAuthorityArn, connectorId: connector.id, challengeId: challenge.id };
  const record = { ...former?.value, ...made };
  const condition = former ? { version: former.version } : 'absent';
  await wired.store.commit(PARTITION, [putEntry(installations, KEY, record, { condition })]);
}

/**
 * The ClientToken makes concurrent starts share one connector, and lets a start after a deletion
 * create another.
 */
async function makeConnector(
  wired: Wired,
  certificateAuthorityArn: string,
  formerId = 'nothing',
): Promise<ConnectorRecord> {
  const id = await beginCreating({ ...wired, quotas: NO_QUOTAS }, DEV_SCOPE, {
    certificateAuthorityArn,
    tags: DEV_TAGS,
    clientToken: `dev-after-${formerId}`,
  });
  for (;;) {
    await resumeConnector(wired, id);
    const connector = await findConnector(wired.store, id);
    if (connector?.status === 'ACTIVE') return connector;
    if (connector?.status !== 'CREATING') {
      throw new Error(`the development connector is ${connector?.statusReason ?? 'gone'}`);
    }
    await sleep(200);
  }
}
