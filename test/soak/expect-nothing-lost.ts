import { ACMPCA } from '@aws-sdk/client-acm-pca';
import { expect } from 'vitest';
import { decodePem } from '../../src/asn1/pem.ts';
import { certificateKey } from '../../src/private-ca/records/certificate-record.ts';
import { formatName } from '../../src/x509/distinguished-name.ts';
import { deviceKey } from '../support/keys/device-keys.ts';
import { type AdministrationLoad, connectorClient } from '../support/load/administration-load.ts';
import { type EnrolmentSite, makeChallenge } from '../support/load/enrolment-site.ts';
import {
  enrolAtLast,
  makeRetryingDevice,
  type RetryingDevice,
} from '../support/load/retrying-device.ts';
import type { ReplicaWorld } from '../support/servers/replica-world.ts';
import { administratorOf, type Replica, runAt } from '../support/servers/serve-replicas.ts';

const LANES = 8;

interface ReportEntry {
  readonly serial: string;
  readonly subject: string;
}

export interface Loaded {
  readonly world: ReplicaWorld;
  readonly devices: readonly RetryingDevice[];
  readonly administration: AdministrationLoad;
}

/** The number of challenges that a device enrols with afterwards. */
const TRIED_CHALLENGES = 5;

/**
 * Compares what devices and administrators were told with what exists. Each device has one
 * certificate, with its name and key, and the CA, its audit report and SCEP know it. Each challenge
 * and connector exists once and works.
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

/** Expects a certificate with the device's own name and key. */
function expectOwn({ name, keys, certificate }: RetryingDevice): void {
  expect(certificate && formatName(certificate.subject)).toBe(`CN=${name}`);
  const { subjectPublicKeyInfo } = keys.certificate;
  expect(hexOf(certificate?.subjectPublicKeyInfo)).toBe(hexOf(subjectPublicKeyInfo));
}

/** SCEP returns the same certificate for a repeated request. */
async function expectSameAgain(device: RetryingDevice, replica: Replica): Promise<void> {
  const again: RetryingDevice = { ...device, answers: [], certificate: undefined };
  // A replica limits its load, and the machine is busy.
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
  // Plus the challenge of the site.
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

/** All pages. `list` gets the token of the next page. */
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

/**
 * Expects the CA to have issued exactly these certificates to devices, by its audit report, and
 * GetCertificate to return each of them.
 * @returns how many
 */
async function expectReported(
  { administered: [replica], site }: ReplicaWorld,
  devices: readonly RetryingDevice[],
): Promise<number> {
  const { caArn: CertificateAuthorityArn } = site;
  const text = await runAt(replica, 'ca', 'report', CertificateAuthorityArn, '--format', 'JSON');
  const reported = (JSON.parse(text) as ReportEntry[])
    .filter(({ subject }) => /^CN=(device|later)-/.test(subject))
    .map(({ serial, subject }) => `${subject} ${serial.replaceAll(':', '')}`);
  const held = devices.map((device) => `CN=${device.name} ${serialOf(device)}`);
  expect(reported.toSorted()).toEqual(held.toSorted());
  const { apiUrl, region, ...credentials } = administratorOf(replica);
  const ca = new ACMPCA({ endpoint: apiUrl, region, credentials, maxAttempts: 5 });
  await inLanes(devices, async (device) => {
    const CertificateArn = `${CertificateAuthorityArn}/certificate/${serialOf(device)}`;
    const found = await ca.getCertificate({ CertificateAuthorityArn, CertificateArn });
    const [der] = decodePem('CERTIFICATE', found.Certificate ?? '');
    expect(hexOf(der)).toBe(hexOf(device.certificate?.der));
  });
  ca.destroy();
  return reported.length;
}

function serialOf({ certificate }: RetryingDevice): string {
  return certificateKey(hexOf(certificate?.serialNumber));
}

function hexOf(octets: Uint8Array | undefined): string {
  return Buffer.from(octets ?? []).toString('hex');
}

/** Runs the work for every item, several items at the same time. */
async function inLanes<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const waiting = [...items.entries()];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await work(next[1], next[0]);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
