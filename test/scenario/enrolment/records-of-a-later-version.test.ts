import { expect, it } from 'vitest';
import { findConnectorByPath } from '../../../src/connectors/find-connector.ts';
import { caCapabilitiesReply } from '../../../src/enrolment/ca-replies.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { readReply } from '../../support/scep-messages/read-reply.ts';
import { deviceCsr, deviceRequest, makeDevice } from '../../support/scep-messages/test-device.ts';
import {
  makeActiveConnector,
  makeConnectorApiWorld,
} from '../../support/servers/connector-api-world.ts';
import { makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

const ADDED = { addedLater: { by: 'a later version' } };

/** The collections whose records were given a member that this version does not know. */
async function addMember(store: RecordStore): Promise<ReadonlySet<string>> {
  const collections = new Set<string>();
  for await (const { partition, collection } of store.collections()) {
    for (const { key, value } of await store.list(partition, collection, { limit: 100 })) {
      if (!value.startsWith('{')) continue;
      const changed = JSON.stringify({ ...JSON.parse(value), ...ADDED });
      await store.commit(partition, [{ kind: 'put', collection, key, value: changed }]);
      collections.add(collection);
    }
  }
  return collections;
}

it('enrols a device, whichever record has a member that is not known', async () => {
  const world = await makeEnrolmentWorld();
  const changed = await addMember(world.store);
  for (const name of ['connectors', 'ra-identities', 'challenges', 'challenge-digests'])
    expect(changed).toContain(name);
  const { accountId, id, urlSecret } = world.connector;
  const connector = await findConnectorByPath(world.store, `${accountId}-${id}`, urlSecret);
  expect(connector).toMatchObject(ADDED);
  expect(await caCapabilitiesReply(world.deps, world.connector)).toContain('Renewal');
  const device = makeDevice();
  const csr = deviceCsr(device, { challengePassword: world.challengePassword });
  const first = await world.handle(deviceRequest(device, world.ra, csr));
  expect(readReply(first, world.ra, device)).toMatchObject({ status: 'SUCCESS' });
  // The transaction and the issued certificate as well.
  expect(await addMember(world.store)).toContain('transactions');
  const again = await world.handle(deviceRequest(device, world.ra, csr));
  expect(readReply(again, world.ra, device)).toMatchObject({ status: 'SUCCESS' });
});

it('keeps the member when a connector is listed and its tags are written', async () => {
  const store = openInMemoryRecordStore(() => Date.now());
  const world = makeConnectorApiWorld({ store: () => store });
  const arn = await makeActiveConnector(world);
  await addMember(store);
  const { Connectors } = await world.call('ListConnectors', {});
  expect(Connectors).toMatchObject([{ Arn: arn }]);
  expect(Connectors[0]).not.toHaveProperty('addedLater');
  await world.call('TagResource', { ResourceArn: arn, Tags: { team: 'a' } });
  const id = arn.slice(arn.lastIndexOf('/') + 1);
  const record = await store.get(`connector-${id}`, 'connectors', 'connector');
  expect(JSON.parse(record?.value ?? '')).toMatchObject({ ...ADDED, tags: { team: 'a' } });
});
