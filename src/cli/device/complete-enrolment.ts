import { encodePem } from '../../asn1/pem.ts';
import { UsageError } from '../../config/usage-error.ts';
import { type EnrolResult, enrolOverScep } from '../scep-client/scep-client.ts';
import { ScepClientError } from '../scep-client/scep-client-error.ts';
import type {
  DiscoveredAuthority,
  EnrolSubject,
  ScepClientSettings,
} from '../scep-client/scep-client-settings.ts';
import { exists, removeFiles, writeOutput } from '../terminal/files.ts';
import type { ClientWorld } from './client-world.ts';
import type { EnrolFiles } from './enrol-files.ts';
import type { PollOptions, ServerOptions } from './options.ts';
import { type EnrolReport, printReport } from './report-enrolment.ts';
import { clientSettings, discoverWithCaution, runClientCommand } from './run-client-command.ts';

/** Options of the commands that get a certificate: enrol, renew and poll. */
export interface EnrolmentOptions extends ServerOptions, PollOptions {
  readonly force?: boolean;
  readonly json?: boolean;
}

/** One of the commands enrol, renew and poll. */
export interface EnrolmentPlan {
  readonly files: EnrolFiles;
  /** The file with the key of the certificate, whether the command makes it or not. */
  readonly keyFile: string;
  /** The option that makes a repeated command use that key; undefined if it does so anyway. */
  readonly keyOption?: '--key' | '--new-key';
  /**
   * Reads all inputs, so that mistakes show before anything is sent. The returned function makes
   * the key and the request and writes them; it is called once the CA is trusted.
   */
  readonly prepareSubject: () => Promise<() => Promise<EnrolSubject>>;
  /** Default: `enrolOverScep`. */
  readonly send?: (
    settings: ScepClientSettings,
    subject: EnrolSubject,
    authority: DiscoveredAuthority,
  ) => Promise<EnrolResult>;
}

/**
 * Gets the certificate and writes it with its chain. A refusal removes the key and the request that
 * were made for it, so that the command can be repeated. Returns the exit code: 0 issued, 1
 * refused, 3 pending. With --json every outcome prints an object.
 * @throws UsageError (exit code 2) for unusable input; ScepClientError (1) when the server cannot
 * be reached or trusted. Neither shows a secret.
 */
export async function completeEnrolment(
  options: EnrolmentOptions,
  plan: EnrolmentPlan,
  world: ClientWorld,
): Promise<number> {
  return runClientCommand(options, world, async () => {
    const report = await enrol(options, plan, world);
    printReport(report, options.json === true, world);
    return { issued: 0, refused: 1, pending: 3 }[report.status];
  });
}

async function enrol(
  options: EnrolmentOptions,
  { files, keyFile, keyOption, prepareSubject, send = enrolOverScep }: EnrolmentPlan,
  world: ClientWorld,
): Promise<EnrolReport> {
  const force = options.force === true;
  if (!force) await refuseToReplace(files, keyOption);
  const again = `the same command${keyOption === undefined ? '' : ` with ${keyOption} ${keyFile}`}`;
  const makeSubject = await prepareSubject();
  const settings = await clientSettings(options, world);
  const authority = await discoverWithCaution(settings, world);
  const subject = await makeSubject();
  const result = await withAdvice(again, () => send(settings, subject, authority));
  if (result.status === 'refused') await removeFiles([files.key, files.request]);
  if (result.status !== 'issued') return { ...result, keyFile, again };
  const { certificate, chain } = result;
  const pem = (ders: readonly { readonly der: Uint8Array }[]) =>
    ders.map(({ der }) => encodePem('CERTIFICATE', der)).join('');
  await writeOutput(files.ca, pem(chain.slice(-1)), { force });
  await writeOutput(files.chain, pem([certificate, ...chain.slice(0, -1)]), { force });
  await writeOutput(files.certificate, pem([certificate]), { force });
  return { ...result, keyFile, again, files };
}

/** Runs before anything is sent, because a later failure would lose an issued certificate. */
async function refuseToReplace(files: EnrolFiles, keyOption = '--key'): Promise<void> {
  if (files.key !== undefined && (await exists(files.key))) {
    throw new UsageError(
      `${files.key} exists already. Use ${keyOption} ${files.key} to use that key, or --force to replace it`,
    );
  }
  for (const file of [files.certificate, files.chain]) {
    if (!(await exists(file))) continue;
    throw new UsageError(`${file} exists already. Use --force to replace it, or another --out`);
  }
}

/** Adds how to try again: if only the reply was lost, the server returns the same certificate. */
async function withAdvice<T>(again: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ScepClientError)) throw error;
    throw new ScepClientError(`${error.message}. To try again, run ${again}`);
  }
}
