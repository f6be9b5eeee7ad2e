import { resolve } from 'node:path';
import { z } from 'zod';
import { parseMasterKey } from './load-master-key.ts';
import type { SettingKind } from './setting.ts';

const text = z.string().trim().min(1);

export function wholeNumber(least: number, most: number): SettingKind<number> {
  const digits = z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number);
  return {
    takes: `a whole number from ${least} to ${most}`,
    schema: z.union([z.number(), digits]).pipe(z.int().min(least).max(most)),
  };
}

export const flag: SettingKind<boolean> = {
  takes: 'true or false',
  schema: z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })]),
};

export const port: SettingKind<number> = {
  ...wholeNumber(0, 65_535),
  takes: 'a port from 0 to 65535; 0 picks a free one',
};

export const address: SettingKind<string> = {
  takes: 'an address of this machine, or a name of one',
  schema: text.regex(/^[\w.:%-]+$/),
};

/** A relative path starts at the working directory. */
export const file: SettingKind<string> = {
  takes: 'a path',
  schema: text.regex(/^\P{Cc}+$/u).transform((path) => resolve(path)),
};

/** Escaped as browsers escape it (a space is %20), without a slash at the end. */
export const httpUrl: SettingKind<string> = {
  takes: 'an http or https URL without user, query and fragment',
  schema: text
    .refine((url) => parseEndpoint(url) !== undefined)
    .transform((url) => new URL(url).href.replace(/\/+$/, '')),
};

/** PKCS #11 limits a label to 32 octets of UTF-8. */
export const tokenLabel: SettingKind<string> = {
  takes: 'the label of a token, 32 octets at most',
  schema: text.regex(/^\P{Cc}+$/u).refine((label) => Buffer.byteLength(label) <= 32),
};

/** Text only: unquoted digits in YAML would lose their leading zeros. */
export const pin: SettingKind<string> = {
  takes: 'a PIN: text of 255 characters at most',
  schema: z
    .string()
    .min(1)
    .max(255)
    .regex(/^\P{Cc}+$/u),
};

export function oneOf<const Word extends string>(...words: readonly Word[]): SettingKind<Word> {
  return { takes: `one of ${words.join(', ')}`, schema: z.enum(words) };
}

/** A list in a file, or text with commas in the environment. */
export function listOf(
  what: string,
  item: z.ZodType<string, string>,
): SettingKind<readonly string[]> {
  const separated = text.transform((value) => value.split(',').map((part) => part.trim()));
  return {
    takes: `a list of ${what}; in the environment with commas between`,
    schema: z.union([separated, z.array(z.string())]).pipe(z.array(item).max(1_000)),
  };
}

/** 32 octets. */
export const masterKeyText: SettingKind<Uint8Array> = {
  takes: '32 octets as 64 hexadecimal digits or in base64',
  schema: text.transform((value, context) => {
    const key = parseMasterKey(value);
    if (key !== undefined) return key;
    context.addIssue('not a master key');
    return z.NEVER;
  }),
};

/** A base URL; undefined unless it is http or https, without user, query and fragment. */
export function parseEndpoint(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  const { username, password, search, hash } = url;
  return [username, password, search, hash].every((part) => part === '') ? url : undefined;
}
