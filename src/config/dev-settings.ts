import { resolve } from 'node:path';
import { z } from 'zod';
import { defaultSettings } from './parse-settings.ts';
import { httpUrl } from './setting-kinds.ts';
import { LOG_LEVELS, type Settings } from './settings.ts';
import { UsageError } from './usage-error.ts';

const port = (option: string) =>
  z
    .string()
    .regex(/^\d{1,5}$/, `--${option} takes a port from 0 to 65535; 0 picks a free one`)
    .transform(Number)
    .refine((value) => value <= 65_535, `--${option} takes a port from 0 to 65535`);

const path = (option: string) =>
  z
    .string()
    .min(1, `--${option} takes a path`)
    .transform((value) => resolve(value));

/** The options of `scep-connector dev` from commander: text, with the defaults filled in. */
const devSettingsSchema = z.object({
  dataDir: path('data-dir'),
  host: z.string().min(1, '--host takes an address'),
  publicUrl: z
    .string()
    .refine((url) => httpUrl.schema.safeParse(url).success, `--public-url takes ${httpUrl.takes}`)
    .transform((url) => httpUrl.schema.parse(url))
    .optional(),
  enrolPort: port('enrol-port'),
  apiPort: port('api-port'),
  opsPort: port('ops-port'),
  workers: z.number().optional(),
  caDelay: z
    .string()
    .regex(/^\d{1,5}$/, '--ca-delay takes a whole number of seconds')
    .transform((seconds) => Number(seconds) * 1_000),
  rotateRa: z.boolean().default(false),
  readyFile: path('ready-file').optional(),
  otherMasterKeyFile: path('other-master-key-file').optional(),
  logLevel: z.enum(LOG_LEVELS, `--log-level takes one of ${LOG_LEVELS.join(', ')}`),
});

export type DevSettings = Readonly<z.infer<typeof devSettingsSchema>>;

/** @throws UsageError naming the first option that is wrong */
export function parseDevSettings(options: unknown): DevSettings {
  const parsed = devSettingsSchema.safeParse(options);
  if (parsed.success) return Object.freeze(parsed.data);
  throw new UsageError(parsed.error.issues[0]?.message ?? 'the options cannot be read');
}

/** The settings of the server that `scep-connector dev` runs: the defaults, changed by `dev`. */
export function devServerSettings(dev: DevSettings): Settings {
  const { host, publicUrl, dataDir, logLevel } = dev;
  // Each process delays what it has issued itself.
  const workers = dev.caDelay > 0 ? 1 : dev.workers;
  const settings = defaultSettings();
  return Object.freeze({
    ...settings,
    ...{ publicUrl, dataDir, logLevel, workers },
    enrol: { ...settings.enrol, host, port: dev.enrolPort },
    api: { ...settings.api, host, port: dev.apiPort },
    ops: { ...settings.ops, host, port: dev.opsPort },
  });
}
