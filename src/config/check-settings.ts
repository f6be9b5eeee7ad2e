import { REDIS_CHECKS } from './check-redis-settings.ts';
import { listSettings } from './setting.ts';
import { LISTENERS, SETTINGS, type Settings } from './settings.ts';

/** A check of settings that must fit together. */
interface Check {
  /** The setting that the mistake is about. */
  readonly about: string;
  /** The other settings that the check reads. */
  readonly also: readonly string[];
  /** Says what is wrong; undefined if nothing is. */
  readonly problem: (settings: Settings) => string | undefined;
}

/** A secret is given either itself or in a file that the setting beside it names. */
const SECRET_CHECKS = listSettings(SETTINGS)
  .filter(({ setting }) => setting.secret)
  .map(({ path }): Check => {
    const about = `${path}File`;
    const problem = (settings: Settings) =>
      [about, path].every((one) => valueAt(settings, one) !== undefined)
        ? `and ${path} are both given; keep one of them`
        : undefined;
    return { about, also: [path], problem };
  });

const CHECKS: readonly Check[] = [
  ...SECRET_CHECKS,
  {
    about: 'publicUrl',
    also: ['enrol.host'],
    problem: ({ publicUrl, enrol }) =>
      publicUrl === undefined && isEveryAddress(enrol.host)
        ? 'is required while enrol.host is every address: the URL at which devices reach this server, such as https://scep.example.com'
        : undefined,
  },
  {
    about: 'masterKeyFile',
    also: ['masterKey'],
    problem: ({ masterKey, masterKeyFile }) =>
      masterKey === undefined && masterKeyFile === undefined
        ? 'is required. Make a master key once with "openssl rand -hex 32 > master.key", keep a copy in a safe place, and name the file here'
        : undefined,
  },
  ...REDIS_CHECKS,
  {
    about: 'keyStore.module',
    also: ['keyStore.kind', 'keyStore.tokenLabel'],
    problem: ({ keyStore: { kind, module, tokenLabel } }) => {
      if (kind === 'pkcs11' && module === undefined) {
        return 'is required while keyStore.kind is pkcs11: the shared library that came with the token';
      }
      return (module === undefined) === (tokenLabel === undefined)
        ? undefined
        : 'and keyStore.tokenLabel go together: give both or neither';
    },
  },
  {
    about: 'keyStore.pinFile',
    also: ['keyStore.pin', 'keyStore.module'],
    problem: ({ keyStore: { module, pin, pinFile } }) =>
      module !== undefined && pin === undefined && pinFile === undefined
        ? 'is required with a token: a file with its user PIN'
        : undefined,
  },
  ...LISTENERS.map(
    (name): Check => ({
      about: `${name}.tls.keyFile`,
      also: [`${name}.tls.certFile`],
      problem: ({ [name]: { tls } }) =>
        (tls.certFile === undefined) === (tls.keyFile === undefined)
          ? undefined
          : `and ${name}.tls.certFile go together: give both or neither`,
    }),
  ),
];

/** Returns a line for each failed check. Skips the checks that read a `wrong` setting. */
export function checkSettings(settings: Settings, wrong: ReadonlySet<string>): readonly string[] {
  const variables = new Map(listSettings(SETTINGS).map(({ path, variable }) => [path, variable]));
  return CHECKS.flatMap(({ about, also, problem }) => {
    if ([about, ...also].some((path) => wrong.has(path))) return [];
    const found = problem(settings);
    return found === undefined ? [] : [`${about} (${variables.get(about)}) ${found}`];
  });
}

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** @param path as in store.redis.password */
function valueAt(settings: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (section, name) => (section as Readonly<Record<string, unknown>>)[name],
      settings,
    );
}
