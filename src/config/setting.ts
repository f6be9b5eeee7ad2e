import type { z } from 'zod';

/** What a kind of setting takes: text of the environment, or a scalar, list or mapping of the file. */
export interface SettingKind<T> {
  /** Completes "takes …" in errors and in the documentation. */
  readonly takes: string;
  /** Gives the value, or fails; what it says is not shown, because it might quote a secret. */
  readonly schema: z.ZodType<T>;
}

/** One setting: what it takes, what it means and what it is when nobody sets it. */
export interface Setting<T> extends SettingKind<T> {
  readonly meaning: string;
  readonly byDefault: T;
  /** How the documentation writes the default. */
  readonly defaultText: string;
  /** A secret comes by the environment alone: files of settings are shown, copied and committed. */
  readonly secret: boolean;
}

/** Settings by name, and sections of them. */
export interface SettingsTree {
  readonly [name: string]: Setting<unknown> | SettingsTree;
}

/** The values of a tree of settings. */
export type SettingsOf<Tree> =
  Tree extends Setting<infer T> ? T : { readonly [Name in keyof Tree]: SettingsOf<Tree[Name]> };

/** A setting that has a value even when nobody sets it. */
export function setting<T>(
  kind: SettingKind<T>,
  meaning: string,
  byDefault: T,
  defaultText = String(byDefault),
): Setting<T> {
  return { ...kind, meaning, byDefault, defaultText, secret: false };
}

/** `none` says what it is like without a value. */
export function optionalSetting<T>(
  kind: SettingKind<T>,
  meaning: string,
  none = 'none',
): Setting<T | undefined> {
  return { ...kind, meaning, byDefault: undefined, defaultText: none, secret: false };
}

/** A setting without a default that no file of settings may hold. The one beside it, with File after its name, names a file with it. */
export function secretSetting<T>(kind: SettingKind<T>, meaning: string): Setting<T | undefined> {
  return { ...optionalSetting(kind, meaning), secret: true };
}

/** A setting with its two names. */
export interface NamedSetting {
  /** As in api.tls.certFile: where it stands in the file. */
  readonly path: string;
  /** As in SCEP_CONNECTOR_API_TLS_CERT_FILE. */
  readonly variable: string;
  readonly setting: Setting<unknown>;
}

/** Every setting of a tree, in its order. */
export function listSettings(tree: SettingsTree, prefix = ''): readonly NamedSetting[] {
  return Object.entries(tree).flatMap(([name, node]) => {
    const path = `${prefix}${name}`;
    if (!isSetting(node)) return listSettings(node, `${path}.`);
    return [{ path, variable: variableOf(path), setting: node }];
  });
}

/** Otherwise it is a section. */
export function isSetting(node: Setting<unknown> | SettingsTree): node is Setting<unknown> {
  return typeof node['takes'] === 'string';
}

/** What the names of all environment variables of settings begin with. */
export const VARIABLE_PREFIX = 'SCEP_CONNECTOR_';

function variableOf(path: string): string {
  const words = path.replaceAll('.', '_').replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`);
  return `${VARIABLE_PREFIX}${words.toUpperCase()}`;
}
