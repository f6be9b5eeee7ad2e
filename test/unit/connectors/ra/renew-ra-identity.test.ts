import { expect, it } from 'vitest';
import { createRaIdentityFinder } from '../../../../src/connectors/ra/ra-identities.ts';
import { renewRaIdentities } from '../../../../src/connectors/ra/renew-ra-identity.ts';
import { DAY_MS, MINUTE_MS } from '../../../../src/durations.ts';
import {
  makeActiveConnector,
  makeConnectorApiWorld,
} from '../../../support/servers/connector-api-world.ts';

/** A world with an ACTIVE connector whose RA identity is due for renewal. */
async function makeDueWorld() {
  const world = makeConnectorApiWorld();
  const id = (await makeActiveConnector(world)).split('/').at(-1) ?? '';
  world.ahead = 306 * DAY_MS;
  const usable = async () => (await createRaIdentityFinder(world.api)(id))?.usable ?? [];
  const generations = async () => (await usable()).map(({ generation }) => generation);
  const certificates = async () => (await usable()).map(({ certificate }) => certificate);
  return { world, generations, certificates };
}

it('only one of several replicas that renew at the same time asks the CA', async () => {
  const { world, generations } = await makeDueWorld();
  await Promise.all(Array.from({ length: 5 }, () => renewRaIdentities(world.api)));
  expect(await generations()).toEqual([1, 2]);
  expect(world.issuer.issued).toHaveLength(2);
});

it('a renewal that fails is repeated by the next one', async () => {
  const { world, generations } = await makeDueWorld();
  world.issuer.failIssuing('unavailable', 1);
  await expect(renewRaIdentities(world.api)).rejects.toThrow(AggregateError);
  expect(await generations()).toEqual([1]);
  world.ahead += MINUTE_MS;
  await renewRaIdentities(world.api);
  expect(await generations()).toEqual([1, 2]);
});

it('an RA identity made under a clock that was ahead counts when it becomes active before the others end', async () => {
  const { world, generations } = await makeDueWorld();
  world.ahead = 330 * DAY_MS;
  await renewRaIdentities(world.api);
  world.ahead = DAY_MS;
  await renewRaIdentities(world.api);
  expect(await generations()).toEqual([1, 2]);
  world.ahead = 306 * DAY_MS;
  await renewRaIdentities(world.api);
  world.ahead = 348 * DAY_MS;
  expect(await generations()).toEqual([2, 1]);
});

it('an RA identity made under a clock that was further ahead does not count and displaces no valid one', async () => {
  const { world, generations, certificates } = await makeDueWorld();
  world.ahead = DAY_MS;
  const [first] = await certificates();
  world.ahead = 400 * DAY_MS;
  await renewRaIdentities(world.api);
  world.ahead = DAY_MS;
  await renewRaIdentities(world.api);
  expect((await certificates())[0]).toEqual(first);
  world.ahead = 306 * DAY_MS;
  await renewRaIdentities(world.api);
  await renewRaIdentities(world.api);
  expect(await generations()).toHaveLength(3);
  world.ahead = 364 * DAY_MS;
  const [current, ...others] = await certificates();
  expect(current?.notBefore.getTime()).toBeLessThan(Date.now() + 306 * DAY_MS);
  expect(others).toContainEqual(first);
});

it('an RA identity that is not due costs neither a certificate nor a write', async () => {
  const { world } = await makeDueWorld();
  world.ahead = DAY_MS;
  const commits: string[] = [];
  const commit: typeof world.api.store.commit = (partition, ...rest) => {
    commits.push(partition);
    return world.api.store.commit(partition, ...rest);
  };
  await renewRaIdentities({ ...world.api, store: { ...world.api.store, commit } });
  expect(commits).toEqual([]);
  expect(world.issuer.issued).toHaveLength(1);
});
