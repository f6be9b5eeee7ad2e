import { expect, test } from 'vitest';
import { createRaIdentityFinder } from '../../../src/connectors/ra-identities.ts';
import { renewRaIdentities } from '../../../src/connectors/renew-ra-identities.ts';
import { makeActiveConnector, makeConnectorApiWorld } from '../../support/connector-api-world.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

/** A world with an ACTIVE connector whose RA identity is due; gives its generations too. */
async function makeDueWorld() {
  const world = makeConnectorApiWorld();
  const id = (await makeActiveConnector(world)).split('/').at(-1) ?? '';
  world.ahead = 306 * DAY;
  const generations = async () => {
    const { usable = [] } = (await createRaIdentityFinder(world.api)(id)) ?? {};
    return usable.map(({ generation }) => generation);
  };
  return { world, generations };
}

test('of replicas that renew at the same moment one asks the CA', async () => {
  const { world, generations } = await makeDueWorld();
  await Promise.all(Array.from({ length: 5 }, () => renewRaIdentities(world.api)));
  expect(await generations()).toEqual([1, 2]);
  expect(world.issuer.issued).toHaveLength(2);
});

test('one that fails leaves it to the next', async () => {
  const { world, generations } = await makeDueWorld();
  world.issuer.failIssuing('unavailable', 1);
  await expect(renewRaIdentities(world.api)).rejects.toThrow(AggregateError);
  expect(await generations()).toEqual([1]);
  world.ahead += MINUTE;
  await renewRaIdentities(world.api);
  expect(await generations()).toEqual([1, 2]);
});

test('one that was made by a clock which was ahead counts when it begins before the others end', async () => {
  const { world, generations } = await makeDueWorld();
  world.ahead = 330 * DAY;
  await renewRaIdentities(world.api);
  world.ahead = DAY;
  await renewRaIdentities(world.api);
  expect(await generations()).toEqual([1, 2]);
  world.ahead = 306 * DAY;
  await renewRaIdentities(world.api);
  world.ahead = 348 * DAY;
  expect(await generations()).toEqual([2, 1]);
});

test('one that was made by a clock which was further ahead does not count until it is valid', async () => {
  const { world, generations } = await makeDueWorld();
  world.ahead = 400 * DAY;
  await renewRaIdentities(world.api);
  world.ahead = DAY;
  await renewRaIdentities(world.api);
  await renewRaIdentities(world.api);
  expect(await generations()).toEqual([2, 1]);
  expect(world.issuer.issued).toHaveLength(3);
});

test('what is not due costs nothing, neither a certificate nor a write', async () => {
  const { world } = await makeDueWorld();
  world.ahead = DAY;
  const commits: string[] = [];
  const commit: typeof world.api.store.commit = (partition, ...rest) => {
    commits.push(partition);
    return world.api.store.commit(partition, ...rest);
  };
  await renewRaIdentities({ ...world.api, store: { ...world.api.store, commit } });
  expect(commits).toEqual([]);
  expect(world.issuer.issued).toHaveLength(1);
});
