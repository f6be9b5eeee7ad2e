import { expect, it } from 'vitest';
import { rotateRaIdentity } from '../../../src/connectors/ra/rotate-ra-identity.ts';
import { requireConnector } from '../../../src/connectors/require-connector.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { auditConnectors, leftOf } from '../../support/load/audit-connectors.ts';
import {
  CALLER,
  makeActiveConnector,
  makeConnectorApiWorld,
  refusedWith,
} from '../../support/servers/connector-api-world.ts';

/** A world in which something can happen once, right before a commit to a collection. */
function makeRacingWorld() {
  let trap: { readonly collection: string; readonly happens: () => Promise<unknown> } | undefined;
  const world = makeConnectorApiWorld({
    store: (inMemory): RecordStore => ({
      ...inMemory,
      async commit(partition, writes) {
        const sprung = writes.some(({ collection }) => collection === trap?.collection) && trap;
        if (sprung) {
          trap = undefined;
          await sprung.happens();
        }
        return inMemory.commit(partition, writes);
      },
    }),
  });
  return {
    world,
    before(collection: string, happens: () => Promise<unknown>) {
      trap = { collection, happens };
    },
  };
}

it.each([
  ['begun', false],
  ['over', true],
])('a challenge is not made when the deletion of its connector has %s', async (_case, over) => {
  const { world, before } = makeRacingWorld();
  const ConnectorArn = await makeActiveConnector(world);
  await world.call('CreateChallenge', { ConnectorArn });
  before('challenges', async () => {
    await world.call('DeleteConnector', { ConnectorArn });
    if (over) await world.settle();
  });
  const error = await refusedWith(world.call('CreateChallenge', { ConnectorArn }));
  expect(error).toMatchObject({
    code: 'ResourceNotFoundException',
    members: { ResourceId: ConnectorArn, ResourceType: 'Connector' },
  });
  await world.settle();
  expect(await leftOf(world.api.store, ConnectorArn)).toEqual([]);
  expect(await auditConnectors(world.api.store)).toEqual([]);
});

it('a tag is not set on a connector whose deletion has begun', async () => {
  const { world, before } = makeRacingWorld();
  const ConnectorArn = await makeActiveConnector(world);
  before('connectors', async () => {
    await world.call('DeleteConnector', { ConnectorArn });
  });
  const tag = { ResourceArn: ConnectorArn, Tags: { a: 'b' } };
  expect((await refusedWith(world.call('TagResource', tag))).members).toEqual({
    Reason: 'INVALID_STATE',
  });
  const { Connector } = await world.call('GetConnector', { ConnectorArn });
  expect(Connector.Status).toBe('DELETING');
});

it('a tag that is set while the connector is CREATING stays, and the connector becomes ACTIVE', async () => {
  const { world, before } = makeRacingWorld();
  const { ConnectorArn } = await world.call('CreateConnector', {
    CertificateAuthorityArn: world.authorityArn,
  });
  const ResourceArn = ConnectorArn;
  before('connectors', () => world.call('TagResource', { ResourceArn, Tags: { a: 'b' } }));
  await world.settle();
  expect(await world.call('ListTagsForResource', { ResourceArn })).toEqual({ Tags: { a: 'b' } });
  const { Connector } = await world.call('GetConnector', { ConnectorArn });
  expect(Connector.Status).toBe('ACTIVE');
});

it('a deletion leaves no RA identity that was being made', async () => {
  const { world } = makeRacingWorld();
  const ConnectorArn = await makeActiveConnector(world);
  const { value } = await requireConnector(world.api.store, CALLER, ConnectorArn);
  world.beforeIssue(async () => {
    await world.call('DeleteConnector', { ConnectorArn });
    await world.settle();
  });
  await expect(rotateRaIdentity(world.api, value, { activeInMs: 0 })).rejects.toThrow(RangeError);
  expect(await leftOf(world.api.store, ConnectorArn)).toEqual([]);
});

it('twenty creations, deletions and taggings at once leave a consistent store', async () => {
  const { world } = makeRacingWorld();
  world.describeAuthority = (authority) => ({ ...authority, status: 'NOT_ACTIVE' });
  const failed = await Promise.all(Array.from({ length: 20 }, () => makeActiveConnector(world)));
  await Promise.allSettled(
    failed.flatMap((ConnectorArn) => [
      world.call('DeleteConnector', { ConnectorArn }).then(() => world.settle()),
      world.call('TagResource', { ResourceArn: ConnectorArn, Tags: { a: 'b' } }),
      world.call('CreateConnector', { CertificateAuthorityArn: world.authorityArn }),
      world.call('DeleteConnector', { ConnectorArn }),
    ]),
  );
  await world.settle();
  expect(await auditConnectors(world.api.store)).toHaveLength(20);
});
