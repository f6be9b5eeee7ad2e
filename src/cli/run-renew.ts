import type { ClientWorld } from './client-world.ts';
import { thisWorld } from './client-world.ts';
import { completeEnrolment } from './complete-enrolment.ts';
import { enrolFiles } from './enrol-files.ts';
import { prepareRenewal } from './prepare-renewal.ts';
import type { RenewOptions } from './renew-options.ts';

/** `scep-connector renew`: gets the next certificate. Gives the exit code and throws as `completeEnrolment` does. */
export async function runRenew(
  options: RenewOptions,
  world: ClientWorld = thisWorld(),
): Promise<number> {
  const { key, newKey, sameKey = false } = options;
  const kept = sameKey ? key : newKey;
  const files = enrolFiles({ ...options, key: kept });
  const plan = {
    files,
    keyFile: kept ?? files.key ?? '',
    ...(sameKey ? {} : { keyOption: '--new-key' as const }),
    prepareSubject: () => prepareRenewal(options, files),
  };
  return completeEnrolment(options, plan, world);
}
