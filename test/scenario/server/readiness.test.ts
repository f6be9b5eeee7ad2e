import { createHash } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { connectorPartition } from '../../../src/connectors/connector-record.ts';
import { createRaIdentityFinder } from '../../../src/connectors/ra/ra-identities.ts';
import { raIdentities, raIdentityKey } from '../../../src/connectors/ra/ra-identity-record.ts';
import { resealStore } from '../../../src/local-commands/reseal-store.ts';
import { createStoreProbe } from '../../../src/server/create-readiness.ts';
import { requireMasterKey } from '../../../src/server/require-master-key.ts';
import { deleteEntry, getEntry, putEntry } from '../../../src/store/collection.ts';
import { StoreUnavailableError } from '../../../src/store/record-store.ts';
import { createSealer, type Sealer } from '../../../src/store/seal.ts';
import { type InterruptibleStore, interruptible } from '../../support/fakes/interruptible-store.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

let world: EnrolmentWorld;
let store: InterruptibleStore;
const other = createSealer(createHash('sha256').update('another').digest());

beforeEach(async () => {
  world = await makeEnrolmentWorld();
  await requireMasterKey(world.deps);
  store = interruptible(world.store);
});

/** The readiness of a new process with this sealer, which has opened no keys yet. */
function check(sealer: Sealer = world.deps.sealer) {
  const findRaIdentities = createRaIdentityFinder({ ...world.deps, sealer, store });
  const enrolment = { ...world.deps, findRaIdentities };
  return createStoreProbe({ store, sealer, clock: world.deps.clock, enrolment })();
}

it('a server is ready with its store and its keys, with or without connectors', async () => {
  expect(await check()).toBeUndefined();
  await forgetRaIdentity();
  expect(await check()).toBeUndefined();
});

it('a server is not ready without its store, and does not quote the error of the store', async () => {
  store.state = 'away';
  expect(await check()).toBe('the store cannot be used');
  store.state = 'there';
  expect(await check()).toBeUndefined();
});

it('a server is not ready while its store takes no writes', async () => {
  const commit = () => Promise.reject(new StoreUnavailableError('the disk is full'));
  const enrolment = world.deps;
  const { sealer, clock } = enrolment;
  const full = { store: { ...store, commit }, sealer, clock, enrolment };
  const probe = createStoreProbe(full);
  expect(await probe()).toBe('the store cannot be used');
  full.store.commit = store.commit as never;
  expect(await createStoreProbe(full)()).toBeUndefined();
});

it('a server is not ready with a wrong master key', async () => {
  expect(await check(other)).toBe('the master key is not that of the store');
});

it('a server is not ready while it seals under a master key that has been replaced', async () => {
  const newKey = createHash('sha256').update('a new one').digest();
  const oldKey = createHash('sha256').update('test master key').digest();
  const straggler = createSealer(oldKey, newKey);
  const server = { store, sealer: createSealer(newKey, oldKey) };
  await requireMasterKey(server);
  expect(await check(straggler)).toBeUndefined();
  await resealStore(server);
  expect(await check(straggler)).toBe('the master key is not that of the store');
  expect(await check(createSealer(newKey))).toBeUndefined();
});

it('a server is not ready when no RA key opens', async () => {
  const partition = connectorPartition(world.connector.id);
  const kept = await getEntry(store, partition, raIdentities, raIdentityKey(1));
  if (kept === undefined) throw new Error('there is no RA identity');
  const sealedPrivateKey = other.seal(new Uint8Array(8), 'elsewhere');
  const foreign = { ...kept.value, sealedPrivateKey };
  await store.commit(partition, [putEntry(raIdentities, raIdentityKey(1), foreign)]);
  expect(await check()).toBe('the keys of connectors cannot be opened');
});

it('the readiness check never asks the CA', async () => {
  world.issuer.describeAuthority = () => Promise.reject(new Error('the CA was asked'));
  expect(await check()).toBeUndefined();
  expect(world.issuer.calls).toBe(0);
});

async function forgetRaIdentity(): Promise<void> {
  const partition = connectorPartition(world.connector.id);
  await store.commit(partition, [deleteEntry(raIdentities, raIdentityKey(1))]);
}
