import { randomBytes, randomUUID } from 'node:crypto';
import { accountPartition, listedConnectors } from '../../../src/connectors/account-record.ts';
import { beginCreating } from '../../../src/connectors/begin-creating.ts';
import { makeChallenge } from '../../../src/connectors/challenges/make-challenge.ts';
import { connectorArn } from '../../../src/connectors/connector-arns.ts';
import {
  CONNECTOR_KEY,
  type ConnectorRecord,
  connectorPartition,
  connectors,
} from '../../../src/connectors/connector-record.ts';
import { findConnector } from '../../../src/connectors/find-connector.ts';
import {
  raIdentities,
  raIdentityKey,
  raIdentitySealContext,
} from '../../../src/connectors/ra/ra-identity-record.ts';
import { resumeConnector } from '../../../src/connectors/unfinished-connectors.ts';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import { scopedTo } from '../../../src/private-ca/model/ca-context.ts';
import { getEntry, putEntry } from '../../../src/store/collection.ts';
import type { RedisStoreSettings } from '../../../src/store/redis/redis-store-settings.ts';
import { type Wired, wire } from '../../../src/wire.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { deviceCsr, deviceRequest, makeDevice } from '../scep-messages/test-device.ts';
import { activateTestRoot } from '../servers/issuing-ca.ts';

const SCOPE = { region: 'us-east-1', accountId: '000000000000' };
const QUOTAS = { connectors: 10_000, challengesPerConnector: 10_000 };

/** The parts of a server on a real Redis, with an embedded CA and any number of connectors. */
export interface LargeSite extends Wired {
  readonly masterKey: Uint8Array;
  readonly scope: typeof SCOPE;
  readonly authorityArn: string;
  /** All have the RA key of the first, because making keys takes long. */
  readonly connectors: readonly [ConnectorRecord, ...ConnectorRecord[]];
  /** The RA certificate. */
  readonly ra: Certificate;
}

/** @param count the number of connectors */
export async function openLargeSite(redis: RedisStoreSettings, count: number): Promise<LargeSite> {
  const masterKey = randomBytes(32);
  const { clock, ...settings } = redis;
  const wired = await wire({ storeDir: '', redis: settings, masterKey }, { clock });
  const { store, issuer, randomUuid } = wired;
  const authorityArn = await activateTestRoot(scopedTo(wired.privateCa, SCOPE));
  const parts = { ...wired, quotas: QUOTAS };
  const request = { certificateAuthorityArn: authorityArn, tags: {} };
  const id = await beginCreating(parts, SCOPE, request);
  await resumeConnector({ store, issuer, clock, randomUuid, sealer: wired.sealer }, id);
  const first = await findConnector(store, id);
  const ra = await wired.enrolment.findRaIdentities(id);
  if (first === undefined || ra === undefined) throw new Error('the connector was not made');
  const others = Array.from({ length: count - 1 }, () => likeConnector(first));
  for (const other of others) await storeConnector(wired, first, other);
  const certificate = ra.current.certificate;
  return {
    ...wired,
    masterKey,
    scope: SCOPE,
    authorityArn,
    connectors: [first, ...others],
    ra: certificate,
  };
}

function likeConnector(first: ConnectorRecord): ConnectorRecord {
  const id = randomUUID();
  return { ...first, id, arn: connectorArn(SCOPE, id), urlSecret: randomUUID() };
}

async function storeConnector(
  { store, sealer, clock }: Wired,
  first: ConnectorRecord,
  other: ConnectorRecord,
): Promise<void> {
  const key = raIdentityKey(1);
  const made = await getEntry(store, connectorPartition(first.id), raIdentities, key);
  if (made?.expiresAt === undefined) throw new Error('the first connector has no RA identity');
  const opened = sealer.open(made.value.sealedPrivateKey, raIdentitySealContext(first.id, 1));
  const sealedPrivateKey = sealer.seal(opened, raIdentitySealContext(other.id, 1));
  const { expiresAt } = made;
  await store.commit(accountPartition(SCOPE), [
    putEntry(listedConnectors, other.id, { listedAt: clock() }),
  ]);
  await store.commit(connectorPartition(other.id), [
    putEntry(connectors, CONNECTOR_KEY, other),
    putEntry(raIdentities, key, { ...made.value, sealedPrivateKey }, { expiresAt }),
  ]);
}

/**
 * Makes a challenge as the API makes it.
 * @returns its password
 */
export async function addChallenge(site: LargeSite, connector: ConnectorRecord): Promise<string> {
  const { password } = await makeChallenge({ ...site, quotas: QUOTAS }, connector, { tags: {} });
  return password;
}

/** A device that makes a new enrolment at each call. */
export function makeEnroller(site: LargeSite, connector: ConnectorRecord, password: string) {
  const device = makeDevice();
  const request = () => {
    const subject = parseDistinguishedNameText(`CN=${randomUUID()},O=Example`);
    const csr = deviceCsr(device, { subject, challengePassword: password });
    return deviceRequest(device, site.ra, csr, { transactionId: randomUUID() });
  };
  const enrol = async (message: Uint8Array) => {
    const { decision } = await handlePkiOperation(site.enrolment, connector, message);
    if (decision.outcome.status !== 'SUCCESS' || decision.certificateArn === undefined) {
      throw new Error(`the enrolment came to ${decision.outcome.status}`);
    }
    return decision.certificateArn;
  };
  return { request, enrol };
}
