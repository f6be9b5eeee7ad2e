import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodePem } from '../asn1/pem.ts';
import type { EnrolEnvironment } from '../config/enrol-environment.ts';
import { readEnrolEnvironment } from '../config/enrol-environment.ts';
import { UsageError } from '../config/usage-error.ts';
import type { EnrolFiles } from './enrol-files.ts';
import { enrolFiles, exists, readInput, writeOutput } from './enrol-files.ts';
import type { EnrolOptions } from './enrol-options.ts';
import { prepareEnrolSubject } from './prepare-enrol-subject.ts';
import { readTrust } from './read-enrol-inputs.ts';
import type { EnrolReport } from './report-enrolment.ts';
import { describeCaution, printReport } from './report-enrolment.ts';
import { discoverAuthority, enrolOverScep } from './scep-client.ts';
import { ScepClientError } from './scep-client-error.ts';
import type { ScepClientSettings } from './scep-client-settings.ts';

/** The world as the command sees it, so that tests can bring their own. */
export interface EnrolWorld {
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly environment: EnrolEnvironment;
  readonly clock: () => Date;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

function thisWorld(): EnrolWorld {
  return {
    print: (text) => process.stdout.write(text),
    warn: (text) => process.stderr.write(text),
    environment: readEnrolEnvironment(),
    clock: () => new Date(),
    randomBytes,
    sleep,
  };
}

/**
 * `scep-connector enrol`: gets a certificate and writes it with its key and chain. Gives the exit code: 0 issued, 1 refused,
 * 3 still pending. With --json every ending also prints an object.
 * @throws UsageError (exit code 2) for input that cannot be used; ScepClientError (1) when the server cannot be reached or
 * relied on. Neither tells a secret.
 */
export async function runEnrol(
  options: EnrolOptions,
  world: EnrolWorld = thisWorld(),
): Promise<number> {
  try {
    const report = await enrol(options, world);
    printReport(report, options.json === true, world);
    return { issued: 0, refused: 1, pending: 3 }[report.status];
  } catch (error) {
    if (options.json && (error instanceof UsageError || error instanceof ScepClientError)) {
      world.print(`${JSON.stringify({ status: 'error', message: error.message }, null, 2)}\n`);
    }
    throw error;
  }
}

async function enrol(options: EnrolOptions, world: EnrolWorld): Promise<EnrolReport> {
  const files = enrolFiles(options);
  await refuseToReplace(files, options.force === true);
  const prepareSubject = await prepareEnrolSubject(options, files, world.environment);
  const settings = await clientSettings(options, world);
  const authority = await discoverAuthority(settings);
  for (const caution of describeCaution(settings, authority)) world.warn(`warning: ${caution}\n`);
  const subject = await prepareSubject();
  const again = { keyFile: options.key ?? files.key ?? '' };
  const result = await withAdvice(again.keyFile, () => enrolOverScep(settings, subject, authority));
  if (result.status !== 'issued') return { ...result, ...again };
  const { certificate, chain } = result;
  const force = options.force === true;
  const pem = (ders: readonly { readonly der: Uint8Array }[]) =>
    ders.map(({ der }) => encodePem('CERTIFICATE', der)).join('');
  await writeOutput(files.ca, pem(chain.slice(-1)), { force });
  await writeOutput(files.chain, pem([certificate, ...chain.slice(0, -1)]), { force });
  await writeOutput(files.certificate, pem([certificate]), { force });
  return { ...result, ...again, files };
}

/** Before anything is sent: what is noticed only after the issuance would cost the user a certificate. */
async function refuseToReplace(files: EnrolFiles, force: boolean): Promise<void> {
  if (force) return;
  if (files.key !== undefined && (await exists(files.key))) {
    throw new UsageError(
      `${files.key} exists already. Give --key ${files.key} to use that key, or --force to replace it`,
    );
  }
  for (const file of [files.certificate, files.chain]) {
    if (!(await exists(file))) continue;
    throw new UsageError(`${file} exists already. Give --force to replace it, or another --out`);
  }
}

async function clientSettings(
  options: EnrolOptions,
  { clock, randomBytes, sleep }: EnrolWorld,
): Promise<ScepClientSettings> {
  const { url, timeout, tlsCa, method, digest, cipher, pollInterval, pollLimit } = options;
  return {
    server: {
      url,
      timeoutMs: timeout * 1000,
      tlsCa: tlsCa === undefined ? undefined : (await readInput(tlsCa)).toString('latin1'),
    },
    trust: await readTrust(options),
    ...{ method, digest, cipher, clock, randomBytes, sleep },
    poll: { intervalMs: pollInterval * 1000, limit: pollLimit },
  };
}

/** A reply may have been lost on its way: then the certificate is there for the asking. */
async function withAdvice<T>(keyFile: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ScepClientError)) throw error;
    throw new ScepClientError(
      `${error.message}. To try again, run the same command with --key ${keyFile}`,
    );
  }
}
