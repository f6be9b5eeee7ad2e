import { nearestName } from './nearest-name.ts';
import type { GivenSetting, SettingsSource } from './read-settings-file.ts';
import { listSettings, type SettingsTree, VARIABLE_PREFIX } from './setting.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables of `tree`. An empty variable counts as not given, because `${X:-}` in a
 * compose file makes one.
 * @param others variables with the same prefix that other code reads
 */
export function readSettingsEnvironment(
  tree: SettingsTree,
  environment: Environment,
  others: readonly string[],
): SettingsSource {
  const settings = listSettings(tree);
  const known = [...settings.map(({ variable }) => variable), ...others];
  const set = Object.entries(environment).filter(
    ([name, value]) =>
      name.startsWith(VARIABLE_PREFIX) && value && !isKubernetesServiceLink(name, value),
  );
  const unknown = set.map(([name]) => name).filter((name) => !known.includes(name));
  const given = settings.flatMap(({ path, variable }): GivenSetting[] => {
    const value = set.find(([name]) => name === variable)?.[1];
    return value === undefined ? [] : [{ path, value, place: variable }];
  });
  return { given, mistakes: unknown.map((name) => complain(name, known)), readable: true };
}

/** Whether `npx` or `npm start` runs this program, as npm tells in the environment. */
export function isRunByNpm(environment: Environment = process.env): boolean {
  return ['exec', 'start'].includes(environment['npm_command'] ?? '');
}

function complain(name: string, known: readonly string[]): string {
  const nearest = nearestName(name.slice(VARIABLE_PREFIX.length), known.map(withoutPrefix));
  const hint =
    nearest === undefined
      ? 'docs/configuration.md lists the variables'
      : `is it ${VARIABLE_PREFIX}${nearest}?`;
  return `${name} is the variable of no setting; ${hint}`;
}

function withoutPrefix(name: string): string {
  return name.slice(VARIABLE_PREFIX.length);
}

/**
 * Kubernetes puts variables for every service of the namespace into each container. A service named
 * scep-connector-api makes SCEP_CONNECTOR_API_PORT=tcp://10.43.0.7:8081, which is not a setting.
 */
function isKubernetesServiceLink(name: string, value: string): boolean {
  if (/_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/.test(name)) return true;
  if (/_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name)) return true;
  return name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value);
}
