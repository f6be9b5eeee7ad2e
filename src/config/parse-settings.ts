import { checkSettings } from './check-settings.ts';
import type { GivenSetting, SettingsSource } from './read-settings-file.ts';
import {
  isSetting,
  listSettings,
  type NamedSetting,
  type Setting,
  type SettingsTree,
} from './setting.ts';
import { SETTINGS, type Settings } from './settings.ts';

export interface ParsedSettings {
  /** Frozen. A setting with a wrong value has its default here. */
  readonly settings: Settings;
  /** A line each: the setting, where it was given, what is wrong, what to do. Never a value. */
  readonly mistakes: readonly string[];
  /** The settings whose values were wrong. */
  readonly wrong: ReadonlySet<string>;
}

/** The defaults of all settings. Frozen. */
export function defaultSettings(): Settings {
  return assemble(SETTINGS, new Map()) as Settings;
}

/** Merges the sources, later ones overriding earlier ones, and checks values and combinations. */
export function parseSettings(sources: readonly SettingsSource[]): ParsedSettings {
  const named = new Map(listSettings(SETTINGS).map((one) => [one.path, one]));
  const mistakes = sources.flatMap((source) => source.mistakes);
  const values = new Map<string, unknown>();
  const wrong = new Set<string>();
  for (const given of sources.flatMap((source) => source.given)) {
    const one = named.get(given.path);
    if (one === undefined) continue;
    const outcome = readValue(one, given);
    if ('mistake' in outcome) {
      mistakes.push(outcome.mistake);
      wrong.add(given.path);
    } else {
      values.set(given.path, outcome.value);
    }
  }
  const settings = assemble(SETTINGS, values) as Settings;
  if (sources.every(({ readable }) => readable)) mistakes.push(...checkSettings(settings, wrong));
  return { settings, mistakes, wrong };
}

function readValue(
  { path, variable, setting }: NamedSetting,
  { value, place }: GivenSetting,
): { readonly value: unknown } | { readonly mistake: string } {
  if (setting.secret && place !== variable) {
    const mistake = `${path} (${place}) is a secret and does not belong into this file; give it by ${variable}`;
    return { mistake };
  }
  const parsed = setting.schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  return { mistake: `${path} (${place}) takes ${setting.takes}` };
}

/** Builds the tree with a value in place of each setting. */
function assemble(
  tree: SettingsTree | Setting<unknown>,
  values: ReadonlyMap<string, unknown>,
  path = '',
): unknown {
  if (isSetting(tree)) return values.has(path) ? values.get(path) : tree.byDefault;
  const members = Object.entries(tree).map(([name, node]) => [
    name,
    assemble(node, values, path === '' ? name : `${path}.${name}`),
  ]);
  return Object.freeze(Object.fromEntries(members));
}
