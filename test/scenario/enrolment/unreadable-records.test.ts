import { afterAll, describe, expect, it } from 'vitest';
import { listAccountConnectors } from '../../../src/connectors/list-account-connectors.ts';
import { renewRaIdentities } from '../../../src/connectors/ra/renew-ra-identity.ts';
import { resumeConnectors } from '../../../src/connectors/unfinished-connectors.ts';
import { caCapabilitiesReply, caCertificatesReply } from '../../../src/enrolment/ca-replies.ts';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import { resumeTransactions } from '../../../src/enrolment/transaction/unfinished-transactions.ts';
import { IssuerError } from '../../../src/issuer/issuer.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../src/private-ca/activate-root.ts';
import { findAuthority } from '../../../src/private-ca/authority/find-authority.ts';
import { sweepDeletedAuthorities } from '../../../src/private-ca/authority/sweep-deleted-authorities.ts';
import {
  type RecordStore,
  type StoredRecord,
  UnreadableRecordError,
} from '../../../src/store/record-store.ts';
import { openRedisRecordStore } from '../../../src/store/redis/redis-record-store.ts';
import { parseCrl } from '../../../src/x509/parse-crl.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { startStandaloneRedis } from '../../support/redis/redis-servers.ts';
import { redisStoreSettings } from '../../support/redis/redis-store-settings.ts';
import { issuedCertificate } from '../../support/scep-messages/read-reply.ts';
import { deviceCsr, deviceRequest, makeDevice } from '../../support/scep-messages/test-device.ts';
import { makeConnector } from '../../support/servers/acm-pca-world.ts';
import { type EmbeddedWorld, makeEmbeddedWorld } from '../../support/servers/embedded-world.ts';
import { TEST_SCOPE } from '../../support/servers/open-test-private-ca.ts';

const DAMAGED = '{"damaged":1}';
const device = makeDevice();
const closing: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

type OpenStore = (clock: () => number) => RecordStore;

const STORES: readonly [string, () => Promise<OpenStore>][] = [
  ['in memory', async () => openInMemoryRecordStore],
  ['on Redis', openOnRedis],
];

async function openOnRedis(): Promise<OpenStore> {
  const redis = await startStandaloneRedis();
  return (clock) => {
    const store = openRedisRecordStore(redisStoreSettings(redis.reach, { clock }));
    closing.push(async () => {
      await store.close();
      await redis.stop();
    });
    return store;
  };
}

interface Place {
  readonly partition: string;
  readonly collection: string;
  readonly record: StoredRecord;
}

async function allRecords(store: RecordStore): Promise<readonly Place[]> {
  const places: Place[] = [];
  for await (const { partition, collection } of store.collections()) {
    const records = await store.list(partition, collection, { limit: 100 });
    places.push(...records.map((record) => ({ partition, collection, record })));
  }
  return places;
}

async function put(store: RecordStore, { partition, collection, record }: Place, value: string) {
  const { key, expiresAt } = record;
  const write = { kind: 'put' as const, collection, key, value };
  await store.commit(partition, [{ ...write, ...(expiresAt && { expiresAt }) }]);
}

/** A world with a second connector on a CA of its own, which no damage concerns. */
async function makeWorlds(open: OpenStore) {
  const world = await makeEmbeddedWorld({}, open);
  await enrol(world, 'before');
  const damageable = await allRecords(world.store);
  const other = await activateRoot(world.ca, {
    ...{ name: 'other', subject: { CommonName: 'Other CA' } },
    ...{ keyAlgorithm: 'EC_prime256v1', signingAlgorithm: 'SHA256WITHECDSA' },
    validity: { Type: 'YEARS', Value: 10 },
  });
  const made = await makeConnector(world.replica(), TEST_SCOPE, other, {});
  return { world, healthy: { ...world, ...made }, damageable };
}

async function enrol(world: EmbeddedWorld, name: string) {
  const csr = deviceCsr(device, { challengePassword: world.challengePassword });
  const message = deviceRequest(device, world.ra, csr, { transactionId: name });
  const result = await handlePkiOperation(world.replica(), world.connector, message);
  return issuedCertificate(result, world.ra, device);
}

/** An error must name a record that cannot be read (HTTP 503), or refuse the request. */
async function worksOrIsRefused(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const isNamed = error instanceof UnreadableRecordError || error instanceof IssuerError;
    if (!isNamed && !isRefusal(error)) throw error;
  }
}

/** A chore tells of every connector that it could not take care of. */
async function worksForOthers(chore: Promise<unknown>): Promise<void> {
  const failed = await chore.then(
    () => [],
    (error: unknown) => (error instanceof AggregateError ? (error.errors as unknown[]) : [error]),
  );
  for (const error of failed) {
    if (!(error instanceof UnreadableRecordError) && !(error instanceof IssuerError)) throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('the reply is {"status":"FAILURE"');
}

describe.each(STORES)('a record %s that cannot be read', (_name, openStore) => {
  it('ends no list, no other connector and no chore, whichever it is', async () => {
    const { world, healthy, damageable } = await makeWorlds(await openStore());
    expect(new Set(damageable.map(({ collection }) => collection)).size).toBeGreaterThan(12);
    const deps = world.replica();
    const chores = { ...deps, randomUuid: () => crypto.randomUUID() };
    let count = 0;
    for (const place of damageable) {
      if (!place.record.value.startsWith('{')) continue;
      await put(world.store, place, DAMAGED);
      const label = `${place.partition} ${place.collection}`;
      count += 1;
      await worksOrIsRefused(enrol(world, `damaged-${count}`));
      await worksOrIsRefused(caCertificatesReply(deps, world.connector));
      expect(await caCapabilitiesReply(deps, world.connector), label).toContain('Renewal');
      const listed = await listAccountConnectors(world.store, TEST_SCOPE, { limit: 10 });
      expect(
        listed.items.map(({ id }) => id),
        label,
      ).toContain(healthy.connector.id);
      const { CertificateAuthorities } = await ACTIONS.ListCertificateAuthorities(world.ca, {});
      expect(CertificateAuthorities.length, label).toBeGreaterThan(0);
      await enrol(healthy, `healthy-${count}`);
      await resumeTransactions(deps);
      await worksForOthers(resumeConnectors(chores));
      await worksForOthers(renewRaIdentities(chores));
      await sweepDeletedAuthorities(world.ca);
      await put(world.store, place, place.record.value);
      await enrol(world, `mended-${count}`);
    }
    expect(count).toBeGreaterThan(15);
  });
});

it('a CRL is not published while a revocation cannot be read, and the last one stays', async () => {
  const world = await makeEmbeddedWorld();
  const { ca, store, authorityArn } = world;
  await ACTIONS.UpdateCertificateAuthority(ca, {
    CertificateAuthorityArn: authorityArn,
    RevocationConfiguration: {
      CrlConfiguration: { Enabled: true, ExpirationInDays: 7, S3BucketName: 'crls' },
    },
  });
  const revoke = async (transaction: string) => {
    const { serialNumber } = await enrol(world, transaction);
    await ACTIONS.RevokeCertificate(ca, {
      CertificateAuthorityArn: authorityArn,
      CertificateSerial: Buffer.from(serialNumber).toString('hex'),
      RevocationReason: 'SUPERSEDED',
    });
  };
  const { value: authority } = await findAuthority(ca, authorityArn);
  await revoke('first');
  const before = await ca.crls.crlFor(authority);
  expect([...parseCrl(before?.crl ?? Buffer.alloc(0)).revoked]).toHaveLength(1);
  await revoke('second');
  const places = await allRecords(store);
  const revocation = places.find(({ collection }) => collection === 'revocations');
  if (revocation === undefined) throw new Error('there is no record of a revocation');
  await put(store, revocation, DAMAGED);
  expect((await ca.crls.crlFor(authority))?.crlNumber).toBe(before?.crlNumber);
  await put(store, revocation, revocation.record.value);
  const after = await ca.crls.crlFor(authority);
  expect([...parseCrl(after?.crl ?? Buffer.alloc(0)).revoked]).toHaveLength(2);
});
