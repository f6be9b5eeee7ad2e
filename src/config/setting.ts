import type { z } from 'zod';

/** A kind of value. The environment gives text; the file gives a scalar, list or mapping. */
export interface SettingKind<T> {
  /** Completes "takes …" in errors and in the documentation. */
  readonly takes: string;
  /** Parses the value. Its messages are not shown, because they might quote a secret. */
  readonly schema: z.ZodType<T>;
}

/** A setting: its kind, its meaning and its default. */
export interface Setting<T> extends SettingKind<T> {
  readonly meaning: string;
  readonly byDefault: T;
  /** How the documentation writes the default. */
  readonly defaultText: string;
  /** A secret is never read from a settings file, because such files are shown and committed. */
  readonly secret: boolean;
}

/** Settings by name, and sections of them. */
export interface SettingsTree {
  readonly [name: string]: Setting<unknown> | SettingsTree;
}

/** The values of a tree of settings. */
export type SettingsOf<Tree> =
  Tree extends Setting<infer T> ? T : { readonly [Name in keyof Tree]: SettingsOf<Tree[Name]> };

/** A setting with a default. */
export function setting<T>(
  kind: SettingKind<T>,
  meaning: string,
  byDefault: T,
  defaultText = String(byDefault),
): Setting<T> {
  return { ...kind, meaning, byDefault, defaultText, secret: false };
}

/** A setting without a default. `none` describes what happens without a value. */
export function optionalSetting<T>(
  kind: SettingKind<T>,
  meaning: string,
  none = 'none',
): Setting<T | undefined> {
  return { ...kind, meaning, byDefault: undefined, defaultText: none, secret: false };
}

/**
 * A setting that no settings file may hold and that has no default. The setting beside it, with
 * `File` after its name, names a file with the value.
 */
export function secretSetting<T>(kind: SettingKind<T>, meaning: string): Setting<T | undefined> {
  return { ...optionalSetting(kind, meaning), secret: true };
}

/** A setting with its path and its environment variable. */
export interface NamedSetting {
  /** Where it stands in the settings file, such as api.tls.certFile. */
  readonly path: string;
  /** Such as SCEP_CONNECTOR_API_TLS_CERT_FILE. */
  readonly variable: string;
  readonly setting: Setting<unknown>;
}

/** All settings of a tree, in order. */
export function listSettings(tree: SettingsTree, prefix = ''): readonly NamedSetting[] {
  return Object.entries(tree).flatMap(([name, node]) => {
    const path = `${prefix}${name}`;
    if (!isSetting(node)) return listSettings(node, `${path}.`);
    return [{ path, variable: variableOf(path), setting: node }];
  });
}

/** Tells a setting from a section. */
export function isSetting(node: Setting<unknown> | SettingsTree): node is Setting<unknown> {
  return typeof node['takes'] === 'string';
}

/** The prefix of all environment variables of settings. */
export const VARIABLE_PREFIX = 'SCEP_CONNECTOR_';

function variableOf(path: string): string {
  const words = path.replaceAll('.', '_').replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`);
  return `${VARIABLE_PREFIX}${words.toUpperCase()}`;
}
