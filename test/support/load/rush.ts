import { expect } from 'vitest';
import { deviceKey } from '../keys/device-keys.ts';
import type { ReplicaWorld } from '../servers/replica-world.ts';
import {
  countAnswers,
  enrolAtLast,
  makeRetryingDevice,
  type RetryingDevice,
} from './retrying-device.ts';

const RUSH = 200;

/** Devices that all come at the same moment, with the same challenge. */
export async function rush(world: ReplicaWorld): Promise<readonly RetryingDevice[]> {
  const devices = Array.from({ length: RUSH }, (_, i) => makeRushing(world, i));
  await Promise.all(devices.map((device, i) => enrolAtLast(device, world.replicas, i)));
  console.log(`  ${RUSH} devices at once: ${JSON.stringify(countAnswers(devices))}`);
  return devices;
}

/** One device, whose message arrives many times at the same moment. */
export async function rushWithOne(world: ReplicaWorld): Promise<RetryingDevice> {
  const device = makeRushing(world, RUSH);
  const copies = Array.from({ length: RUSH }, () => ({ ...device, answers: [] }));
  await Promise.all(copies.map((copy, i) => enrolAtLast(copy, world.replicas, i)));
  console.log(`  one message ${RUSH} times: ${JSON.stringify(countAnswers(copies))}`);
  const got = copies.map(({ certificate }) => Buffer.from(certificate?.der ?? []).toString('hex'));
  expect(new Set(got).size).toBe(1);
  return copies[0] ?? device;
}

function makeRushing({ site }: ReplicaWorld, number: number): RetryingDevice {
  return makeRetryingDevice(`device-rush-${number}`, deviceKey(number), site);
}
