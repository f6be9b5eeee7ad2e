import { resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from './usage-error.ts';

/** The options of `scep-connector ra rotate` as commander gives them: text, with the defaults filled in. */
const raRotateSettingsSchema = z.object({
  dataDir: z
    .string()
    .min(1, '--data-dir takes a path')
    .transform((value) => resolve(value)),
  /** A duration as in a tag. */
  activeIn: z.string(),
});

export type RaRotateSettings = Readonly<z.infer<typeof raRotateSettingsSchema>>;

/** @throws UsageError naming the first option that is wrong */
export function parseRaRotateSettings(options: unknown): RaRotateSettings {
  const parsed = raRotateSettingsSchema.safeParse(options);
  if (parsed.success) return Object.freeze(parsed.data);
  throw new UsageError(parsed.error.issues[0]?.message ?? 'the options cannot be read');
}
