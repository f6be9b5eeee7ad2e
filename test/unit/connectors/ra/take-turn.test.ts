import { expect, it } from 'vitest';
import { findConnector } from '../../../../src/connectors/find-connector.ts';
import { createRaIdentityFinder } from '../../../../src/connectors/ra/ra-identities.ts';
import { renewRaIdentities } from '../../../../src/connectors/ra/renew-ra-identity.ts';
import { takeTurn } from '../../../../src/connectors/ra/take-turn.ts';
import { resumeConnectors } from '../../../../src/connectors/unfinished-connectors.ts';
import { DAY_MS, MINUTE_MS } from '../../../../src/durations.ts';
import { IssuerError } from '../../../../src/issuer/issuer.ts';
import {
  makeActiveConnector,
  makeConnectorApiWorld,
} from '../../../support/servers/connector-api-world.ts';

type World = ReturnType<typeof makeConnectorApiWorld>;

const idOf = (arn: string) => arn.split('/').at(-1) ?? '';

async function generationsOf(world: World, id: string) {
  const { usable = [] } = (await createRaIdentityFinder(world.api)(id)) ?? {};
  return usable.map(({ generation, certificate }) => ({
    generation,
    certificate: Buffer.from(certificate.der).toString('base64'),
  }));
}

async function statusOf(world: World, arn: string) {
  const { status, statusReason } = (await findConnector(world.api.store, idOf(arn))) ?? {};
  return { status, statusReason };
}

/** A promise with the function that resolves it. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Pauses the first process that asks the CA until `release` is called. */
function pauseFirst(world: World) {
  const reached = gate();
  const released = gate();
  world.beforeIssue(() => {
    reached.open();
    return released.opened;
  });
  return { reached: reached.opened, release: released.open };
}

it('a process that is paused during an RA renewal changes nothing once another has renewed', async () => {
  const world = makeConnectorApiWorld();
  const id = idOf(await makeActiveConnector(world));
  world.ahead = 306 * DAY_MS;
  const pause = pauseFirst(world);
  const paused = renewRaIdentities(world.api);
  await pause.reached;
  world.ahead += MINUTE_MS;
  await renewRaIdentities(world.api);
  const renewed = await generationsOf(world, id);
  expect(renewed.map(({ generation }) => generation)).toEqual([1, 2]);
  pause.release();
  await paused;
  expect(await generationsOf(world, id)).toEqual(renewed);
});

it('a process that is paused for longer than its turn stores nothing, even when no other had a turn', async () => {
  const world = makeConnectorApiWorld();
  const id = idOf(await makeActiveConnector(world));
  world.ahead = 306 * DAY_MS;
  const pause = pauseFirst(world);
  const paused = renewRaIdentities(world.api);
  await pause.reached;
  world.ahead += MINUTE_MS;
  pause.release();
  await paused;
  expect(await generationsOf(world, id)).toHaveLength(1);
  await renewRaIdentities(world.api);
  expect(await generationsOf(world, id)).toHaveLength(2);
});

it('a process that is paused during creation does not make the connector ACTIVE without an RA identity', async () => {
  const world = makeConnectorApiWorld();
  const { ConnectorArn: arn } = await world.call('CreateConnector', {
    CertificateAuthorityArn: world.authorityArn,
  });
  const pause = pauseFirst(world);
  const paused = resumeConnectors(world.api);
  await pause.reached;
  world.ahead += MINUTE_MS;
  pause.release();
  await paused;
  expect(await statusOf(world, arn)).toEqual({ status: 'CREATING' });
  await resumeConnectors(world.api);
  expect(await statusOf(world, arn)).toEqual({ status: 'ACTIVE' });
  expect(await generationsOf(world, idOf(arn))).toHaveLength(1);
});

it('a process that is paused during creation does not make a connector FAILED that another is finishing', async () => {
  const world = makeConnectorApiWorld();
  const { ConnectorArn: arn } = await world.call('CreateConnector', {
    CertificateAuthorityArn: world.authorityArn,
  });
  const reached = gate();
  const released = gate();
  world.beforeIssue(async () => {
    reached.open();
    await released.opened;
    throw new IssuerError('not-active', 'the CA was disabled then');
  });
  const paused = resumeConnectors(world.api);
  await reached.opened;
  world.ahead += MINUTE_MS;
  const next = pauseFirst(world);
  const finishing = resumeConnectors(world.api);
  await next.reached;
  released.open();
  await paused;
  expect(await statusOf(world, arn)).toEqual({ status: 'CREATING' });
  next.release();
  await finishing;
  expect(await statusOf(world, arn)).toEqual({ status: 'ACTIVE' });
});

it('a turn keeps others from the connector for twenty seconds unless it is ended', async () => {
  const world = makeConnectorApiWorld();
  const id = idOf(await makeActiveConnector(world));
  const take = () => takeTurn(world.api, id, async () => 'done');
  expect(await take()).toBe('done');
  expect(await take()).toBeUndefined();
  world.ahead += 20_000;
  await takeTurn(world.api, id, async (endTurn) => {
    await world.api.store.commit(`connector-${id}`, [await endTurn()]);
  });
  expect(await take()).toBe('done');
});
