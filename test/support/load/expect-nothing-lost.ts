import { expect } from 'vitest';
import { formatName } from '../../../src/x509/distinguished-name.ts';
import { deviceKey } from '../keys/device-keys.ts';
import type { ReplicaWorld } from '../servers/replica-world.ts';
import type { Replica } from '../servers/serve-replicas.ts';
import { type AdministrationLoad, connectorClient } from './administration-load.ts';
import { type EnrolmentSite, makeChallenge } from './enrolment-site.ts';
import { expectReported, hexOf } from './expect-reported.ts';
import { inLanes } from './in-lanes.ts';
import { enrolAtLast, makeRetryingDevice, type RetryingDevice } from './retrying-device.ts';

export interface Loaded {
  readonly world: ReplicaWorld;
  readonly devices: readonly RetryingDevice[];
  readonly administration: AdministrationLoad;
}

/** Challenges that a device enrols with afterwards. */
const TRIED_CHALLENGES = 5;

/**
 * Holds what devices and administrators were told to what is there: each device has one certificate, which is about it, and which the CA,
 * its audit report and SCEP know; each challenge and connector is there once and works.
 * @returns how many certificates the CA has issued to devices
 */
export async function expectNothingLost(loaded: Loaded): Promise<number> {
  const { devices, world } = loaded;
  expect(devices.filter(({ certificate }) => certificate === undefined).map(describe)).toEqual([]);
  for (const device of devices) expectOwn(device);
  await inLanes(devices, async (device, i) => {
    await expectSameAgain(device, world.replicas[i % 3] ?? world.replicas[0]);
  });
  const later = [...(await tryChallenges(loaded)), ...(await tryConnectors(loaded))];
  for (const device of later) expectOwn(device);
  return expectReported(world, [...devices, ...later]);
}

function describe({ name, answers }: RetryingDevice): string {
  return `${name}: ${answers.join(', ')}`;
}

/** Nobody got what is another's. */
function expectOwn({ name, keys, certificate }: RetryingDevice): void {
  expect(certificate && formatName(certificate.subject)).toBe(`CN=${name}`);
  const { subjectPublicKeyInfo } = keys.certificate;
  expect(hexOf(certificate?.subjectPublicKeyInfo)).toBe(hexOf(subjectPublicKeyInfo));
}

/** SCEP gives a request that comes again the very same certificate. */
async function expectSameAgain(device: RetryingDevice, replica: Replica): Promise<void> {
  const again: RetryingDevice = { ...device, answers: [], certificate: undefined };
  // A replica has its limits, and the machine has much else to do.
  await enrolAtLast(again, [replica], 0);
  expect(again.answers.at(-1)).toBe('SUCCESS');
  expect(hexOf(again.certificate?.der)).toBe(hexOf(device.certificate?.der));
}

async function tryChallenges({ world, administration }: Loaded) {
  const { administered, replicas, site } = world;
  const { challenges, wrong } = administration;
  const client = connectorClient(administered[0]);
  expect(wrong).toEqual([]);
  const listed = await listAll(async (token) => {
    const { connectorArn: ConnectorArn } = site;
    const page = await client.listChallengeMetadata({ ConnectorArn, ...token }).promise();
    return { items: page.Challenges?.map(({ Arn = '' }) => Arn), next: page.NextToken };
  });
  // And that of the site.
  expect(listed).toHaveLength(challenges.size + 1);
  await inLanes([...challenges], async ([ChallengeArn, password]) => {
    const { Password } = await client.getChallengePassword({ ChallengeArn }).promise();
    expect(Password).toBe(password);
  });
  const passwords = [...challenges.values()].slice(-TRIED_CHALLENGES);
  return enrolEach(
    passwords.map((challengePassword) => ({ ...site, challengePassword })),
    replicas,
  );
}

async function tryConnectors({ world, administration }: Loaded) {
  const { administered, replicas, site } = world;
  const { connectors } = administration;
  const client = connectorClient(administered[0]);
  const listed = await listAll(async (token) => {
    const page = await client.listConnectors({ ...token }).promise();
    return { items: page.Connectors?.map(({ Arn = '' }) => Arn), next: page.NextToken };
  });
  expect(listed.toSorted()).toEqual([...connectors, site.connectorArn].toSorted());
  const sites = connectors.map((arn) => makeChallenge(administered[0], arn));
  return enrolEach(await Promise.all(sites), replicas);
}

let tried = 0;

async function enrolEach(sites: readonly EnrolmentSite[], replicas: readonly Replica[]) {
  return Promise.all(
    sites.map(async (site, i) => {
      tried += 1;
      const device = makeRetryingDevice(`later-${tried}`, deviceKey(i), site);
      await enrolAtLast(device, replicas, i);
      return device;
    }),
  );
}

interface Page {
  readonly items: readonly string[] | undefined;
  readonly next: string | undefined;
}

/** All pages: `list` is given what names the next one. */
async function listAll(
  list: (token: { readonly NextToken?: string }) => Promise<Page>,
): Promise<string[]> {
  const all: string[] = [];
  let NextToken: string | undefined;
  do {
    const { items = [], next } = await list(NextToken === undefined ? {} : { NextToken });
    all.push(...items);
    NextToken = next;
  } while (NextToken !== undefined);
  return all;
}
