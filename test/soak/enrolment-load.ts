import { setTimeout as sleep } from 'node:timers/promises';
import { deviceKey } from '../support/keys/device-keys.ts';
import type { EnrolmentSite } from '../support/load/enrolment-site.ts';
import {
  enrolAtLast,
  makeRetryingDevice,
  type RetryingDevice,
} from '../support/load/retrying-device.ts';
import { seededRandom } from '../support/load/seeded-random.ts';
import type { Replica } from '../support/servers/serve-replicas.ts';

export interface EnrolmentLoad {
  readonly devices: readonly RetryingDevice[];
  /** Starts no new devices. Resolves when the running ones have ended. */
  stop(): Promise<void>;
  /** The longest time in which no device got its certificate, in milliseconds. */
  longestGap(): number;
}

export interface LoadOptions {
  readonly replicas: readonly Replica[];
  readonly site: EnrolmentSite;
  readonly seed: number;
}

/** How many devices enrol at the same time, and how many start in a second at most. */
const LANES = 12;
const PER_SECOND = 15;
let loads = 0;

/**
 * Starts new devices steadily. The seed chooses the first replica of each; after an error it tries
 * the next.
 */
export function startEnrolments({ replicas, site, seed }: LoadOptions): EnrolmentLoad {
  const random = seededRandom(seed);
  const devices: RetryingDevice[] = [];
  const served = [performance.now()];
  let stopped = false;
  loads += 1;
  const load = loads;
  const begun = performance.now();
  const lane = async () => {
    while (!stopped) {
      const number = devices.length;
      const early = begun + (number * 1_000) / PER_SECOND - performance.now();
      const device = makeRetryingDevice(`device-${load}-${number}`, deviceKey(number), site);
      devices.push(device);
      if (early > 0) await sleep(early);
      await enrolAtLast(device, replicas, Math.floor(random() * replicas.length));
      if (device.certificate !== undefined) served.push(performance.now());
    }
  };
  const lanes = Array.from({ length: LANES }, lane);
  return {
    devices,
    async stop() {
      stopped = true;
      await Promise.all(lanes);
    },
    longestGap: () => Math.max(...served.map((at, i) => at - (served[i - 1] ?? at))),
  };
}
