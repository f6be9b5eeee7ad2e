import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import {
  type AdministrationLoad,
  startAdministration,
} from '../support/load/administration-load.ts';
import { countAnswers, type RetryingDevice } from '../support/load/retrying-device.ts';
import type { ReplicaWorld } from '../support/servers/replica-world.ts';
import { type EnrolmentLoad, startEnrolments } from './enrolment-load.ts';
import { expectNothingLost } from './expect-nothing-lost.ts';

/**
 * FAULT_SEED repeats which replica each device starts with. The timing still differs between runs.
 */
export const FAULT_SEED = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
/** Time without a fault, before and after it. */
const CALM_MS = 3_000;
/** The least number of devices, however slow the machine. */
const FEWEST = 50;

/**
 * Devices enrol and an administrator works while `fault` happens. Then nothing may be missing or
 * duplicated, including what existed `before`.
 */
export async function expectNothingLostIn(
  world: ReplicaWorld,
  fault: () => Promise<void>,
  before: readonly RetryingDevice[] = [],
): Promise<void> {
  const administration = startAdministration(world);
  const load = startEnrolments({ ...world, seed: FAULT_SEED });
  await sleep(CALM_MS);
  const [failed] = await Promise.allSettled([fault()]);
  await sleep(CALM_MS);
  if (failed.status === 'fulfilled') {
    await expect.poll(() => load.devices.length, { timeout: 120_000 }).toBeGreaterThan(FEWEST);
  }
  await Promise.all([load.stop(), administration.stop()]);
  if (failed.status === 'rejected') throw failed.reason;
  report(load, administration);
  // Only transient answers are allowed. A busy machine that keeps a client from sending causes 408.
  const answers = [
    ...Object.keys(countAnswers(load.devices)),
    ...Object.keys(administration.retries),
  ];
  expect(answers.filter((answer) => /^HTTP (?!408|503)|^FAILURE/.test(answer))).toEqual([]);
  const devices = [...before, ...load.devices];
  const issued = await expectNothingLost({ world, devices, administration });
  console.log(`  certificates issued to devices, with those of the last look: ${issued}`);
}

function report({ devices, longestGap }: EnrolmentLoad, administration: AdministrationLoad): void {
  const acknowledged = devices.filter(({ certificate }) => certificate !== undefined).length;
  const sent = devices.reduce((sum, { answers }) => sum + answers.length, 0);
  const { challenges, connectors, retries } = administration;
  console.log(
    [
      `  requests ${devices.length}, acknowledged ${acknowledged}, sent again ${sent - devices.length}`,
      `  answers ${JSON.stringify(countAnswers(devices))}`,
      `  longest time without a SUCCESS ${(longestGap() / 1_000).toFixed(1)} s`,
      `  challenges ${challenges.size}, connectors ${connectors.length}, calls repeated ${JSON.stringify(retries)}`,
    ].join('\n'),
  );
}
