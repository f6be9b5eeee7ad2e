import type { ClientWorld } from './client-world.ts';
import { thisWorld } from './client-world.ts';
import { completeEnrolment } from './complete-enrolment.ts';
import { enrolFiles } from './enrol-files.ts';
import type { EnrolOptions } from './enrol-options.ts';
import { prepareEnrolSubject } from './prepare-enrol-subject.ts';

/** `scep-connector enrol`: gets a first certificate. Gives the exit code and throws as `completeEnrolment` does. */
export async function runEnrol(
  options: EnrolOptions,
  world: ClientWorld = thisWorld(),
): Promise<number> {
  const files = enrolFiles(options);
  const plan = {
    files,
    keyFile: options.key ?? files.key ?? '',
    keyOption: '--key',
    prepareSubject: () => prepareEnrolSubject(options, files, world.environment),
  } as const;
  return completeEnrolment(options, plan, world);
}
