import { UsageError } from '../config/usage-error.ts';
import type { ClientWorld } from './client-world.ts';
import { thisWorld } from './client-world.ts';
import { completeEnrolment } from './complete-enrolment.ts';
import { enrolFiles } from './enrol-files.ts';
import type { PollCommandOptions } from './poll-options.ts';
import { readHolder, readPrivateKey, readRequest } from './read-enrol-inputs.ts';
import { pollOverScep } from './scep-client.ts';
import type { EnrolSubject } from './scep-client-settings.ts';

/** `scep-connector poll`: goes on with a pending request. Gives the exit code and throws as `completeEnrolment` does. */
export async function runPoll(
  options: PollCommandOptions,
  world: ClientWorld = thisWorld(),
): Promise<number> {
  const plan = {
    files: enrolFiles(options),
    keyFile: options.key,
    prepareSubject: async () => {
      const subject = await readPending(options);
      return () => Promise.resolve(subject);
    },
    send: (...[settings, subject, authority]: Parameters<typeof pollOverScep>) =>
      pollOverScep(settings, subject, authority, options.transactionId),
  };
  return completeEnrolment(options, plan, world);
}

async function readPending({
  csr,
  key,
  oldCertificate,
  oldKey,
}: PollCommandOptions): Promise<EnrolSubject> {
  if ((oldCertificate === undefined) !== (oldKey === undefined)) {
    throw new UsageError('--old-certificate and --old-key belong together');
  }
  const privateKey = await readPrivateKey(key);
  const request = await readRequest(csr, privateKey);
  if (oldCertificate === undefined || oldKey === undefined) return { request, privateKey };
  const holder = await readHolder(oldCertificate, oldKey);
  return { request, privateKey, renewal: { ...holder, messageType: 'RenewalReq' } };
}
