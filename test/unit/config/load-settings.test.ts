import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { listSettings } from '../../../src/config/setting.ts';
import { SETTINGS } from '../../../src/config/settings.ts';
import { UsageError } from '../../../src/config/usage-error.ts';
import { makeTlsFiles } from '../../support/keys/tls-files.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const HEX_KEY = '0123456789abcdef'.repeat(4);
const OTHER_KEY = 'fedcba9876543210'.repeat(4);
const BASE64_KEY = Buffer.from(HEX_KEY, 'hex').toString('base64');
const SECRET = 'correct-horse-battery-staple';
const directory = tempDirectory();
const tls = makeTlsFiles(directory, 'server');
const otherTls = makeTlsFiles(directory, 'other');
const keyFile = file('master.key', `${HEX_KEY}\n`);

/** The required settings. */
const LEAST = {
  SCEP_CONNECTOR_MASTER_KEY: HEX_KEY,
  SCEP_CONNECTOR_PUBLIC_URL: 'https://scep.example.com',
};

function file(name: string, text: string): string {
  const target = path.join(directory, name);
  writeFileSync(target, text);
  return target;
}

const variables = (more: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(more).map(([name, value]) => [`SCEP_CONNECTOR_${name}`, value]),
  );

/** The lines of the UsageError. */
async function mistakes(
  environment: Record<string, string>,
  yaml?: string,
): Promise<readonly string[]> {
  const config = yaml === undefined ? undefined : file('serve.yaml', yaml);
  const error: unknown = await loadSettings(config, environment).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message.replaceAll(`${directory}/`, '').split('\n');
}

describe('settings', () => {
  it('keep objects in the store, or in S3 if configured', async () => {
    const store = await loadSettings(undefined, LEAST);
    expect(store.settings.objectStore).toMatchObject({ kind: 'store', forcePathStyle: false });
    const s3 = await loadSettings(
      file(
        's3.yaml',
        'objectStore: {kind: s3, endpoint: "http://127.0.0.1:9000/", forcePathStyle: true}',
      ),
      { ...LEAST, SCEP_CONNECTOR_OBJECT_STORE_REGION: 'eu-central-1' },
    );
    expect(s3.settings.objectStore).toEqual({
      ...{ kind: 's3', region: 'eu-central-1', endpoint: 'http://127.0.0.1:9000' },
      forcePathStyle: true,
    });
    const text = { ...LEAST, SCEP_CONNECTOR_OBJECT_STORE_FORCE_PATH_STYLE: 'true' };
    const { settings } = await loadSettings(undefined, text);
    expect(settings.objectStore.forcePathStyle).toBe(true);
  });

  it('have defaults for everything but the required ones', async () => {
    const { settings, masterKey } = await loadSettings(undefined, LEAST);
    expect(Buffer.from(masterKey).toString('hex')).toBe(HEX_KEY);
    expect(settings.enrol).toMatchObject({ host: '0.0.0.0', port: 8080 });
    expect(settings.api).toMatchObject({ host: '127.0.0.1', port: 8081, regions: ['us-east-1'] });
    expect(settings).toMatchObject({ drainSeconds: 10, logLevel: 'info' });
  });

  it('come from a file, and the environment overrides it', async () => {
    const config = file(
      'all.yaml',
      `
publicUrl: HTTPS://SCEP.example.com:443/the base/
masterKeyFile: ${keyFile}
enrol: { host: "::", port: 8443, tls: { certFile: ${tls.certFile}, keyFile: ${tls.keyFile} } }
api:
  port: 1
  regions: [eu-central-1, us-east-1]
  allowedOrigins:
    - https://console.example.com
quotas:
  connectors: 20
drainSeconds: 5
logLevel:
`,
    );
    const { settings, masterKey } = await loadSettings(config, {
      SCEP_CONNECTOR_API_PORT: '18081',
      SCEP_CONNECTOR_API_REGIONS: 'eu-west-1, eu-west-2',
      SCEP_CONNECTOR_DRAIN_SECONDS: '',
    });
    expect(Buffer.from(masterKey).toString('hex')).toBe(HEX_KEY);
    expect(settings.publicUrl).toBe('https://scep.example.com/the%20base');
    expect(settings.enrol.tls).toEqual({ certFile: tls.certFile, keyFile: tls.keyFile });
    expect(settings.api.port).toBe(18_081);
    expect(settings.api.regions).toEqual(['eu-west-1', 'eu-west-2']);
    expect(settings.api.allowedOrigins).toEqual(['https://console.example.com']);
    expect(settings.quotas.connectors).toBe(20);
    expect(settings).toMatchObject({ drainSeconds: 5, logLevel: 'info' });
  });

  it('come from the file of --config, else of SCEP_CONNECTOR_CONFIG, in YAML or JSON', async () => {
    const one = file('one.json', JSON.stringify({ drainSeconds: 1 }));
    const two = file('two.yaml', 'drainSeconds: 2\n');
    const environment = { ...LEAST, SCEP_CONNECTOR_CONFIG: one };
    expect((await loadSettings(undefined, environment)).settings.drainSeconds).toBe(1);
    expect((await loadSettings(two, environment)).settings.drainSeconds).toBe(2);
  });

  it.each([HEX_KEY, HEX_KEY.toUpperCase(), BASE64_KEY, ` ${BASE64_KEY}\n`])(
    'accept the master key %j',
    async (key) => {
      const environment = { ...LEAST, SCEP_CONNECTOR_MASTER_KEY: key };
      const { masterKey } = await loadSettings(undefined, environment);
      expect(Buffer.from(masterKey).toString('hex')).toBe(HEX_KEY);
    },
  );

  it('include two master keys while the key is being changed, each from its own source', async () => {
    const before = file('before.key', `${OTHER_KEY}\n`);
    const environment = { ...LEAST, SCEP_CONNECTOR_OTHER_MASTER_KEY_FILE: before };
    const { masterKey, otherMasterKey = '' } = await loadSettings(undefined, environment);
    expect(Buffer.from(masterKey).toString('hex')).toBe(HEX_KEY);
    expect(Buffer.from(otherMasterKey).toString('hex')).toBe(OTHER_KEY);
    const swapped = {
      ...LEAST,
      ...variables({ MASTER_KEY: OTHER_KEY, OTHER_MASTER_KEY: HEX_KEY }),
    };
    const loaded = await loadSettings(undefined, swapped);
    expect(Buffer.from(loaded.otherMasterKey ?? '').toString('hex')).toBe(HEX_KEY);
    expect((await loadSettings(undefined, LEAST)).otherMasterKey).toBeUndefined();
  });

  it('may come from an empty file', async () => {
    for (const text of ['', '---\n', '# nothing\n', '{}', 'enrol:\n']) {
      const { settings } = await loadSettings(file('empty.yaml', text), LEAST);
      expect(settings.enrol.port).toBe(8080);
    }
  });

  it('may use YAML aliases, such as one TLS certificate for two listeners', async () => {
    const files = `certFile: ${tls.certFile}, keyFile: ${tls.keyFile}`;
    const text = `enrol: { tls: &tls { ${files} } }\napi: { tls: *tls, port: &port 1 }\nops: { port: *port }`;
    const { settings } = await loadSettings(file('aliases.yaml', text), LEAST);
    expect(settings.api.tls).toEqual(settings.enrol.tls);
    expect(settings.ops.port).toBe(1);
  });

  it('are deeply frozen', async () => {
    const { settings } = await loadSettings(undefined, LEAST);
    expect(() => Object.assign(settings.enrol.tls, { certFile: 'x' })).toThrow(TypeError);
  });

  it('do not include what Kubernetes says about services with similar names', async () => {
    const links = variables({
      SERVICE_HOST: '10.43.0.7',
      SERVICE_PORT: '8080',
      SERVICE_PORT_ENROL: '8080',
      PORT: 'tcp://10.43.0.7:8080',
      PORT_8080_TCP: 'tcp://10.43.0.7:8080',
      PORT_8080_TCP_ADDR: '10.43.0.7',
      API_SERVICE_HOST: '10.43.0.8',
      API_PORT: 'tcp://10.43.0.8:8081',
    });
    const { settings } = await loadSettings(undefined, { ...LEAST, ...links });
    expect(settings.api.port).toBe(8081);
  });
});

const PORT = 'takes a port from 0 to 65535; 0 picks a free one';

const SECRETS = listSettings(SETTINGS).filter(({ setting }) => setting.secret);

describe('a mistake', () => {
  it.each(SECRETS)('is to give $path both itself and in a file', async ({ path, variable }) => {
    const both = { [variable]: OTHER_KEY, [`${variable}_FILE`]: keyFile };
    const line = `${path}File (${variable}_FILE) and ${path} are both given; keep one of them`;
    expect(await mistakes({ ...LEAST, ...both })).toContain(line);
  });

  it.each<[string, Record<string, string>, readonly (string | RegExp)[]]>([
    ['port', { API_PORT: '80x' }, [`api.port (SCEP_CONNECTOR_API_PORT) ${PORT}`]],
    ['port too large', { OPS_PORT: '65536' }, [`ops.port (SCEP_CONNECTOR_OPS_PORT) ${PORT}`]],
    ['URL', { PUBLIC_URL: 'scep.example.com' }, [/^publicUrl \(.*\) takes an http or https URL/]],
    ['URL with a password', { PUBLIC_URL: `http://u:${SECRET}@x` }, [/without user/]],
    ['URL with a query', { PUBLIC_URL: 'http://x/?a' }, [/without user, query/]],
    ['choice', { STORE_KIND: 'paper' }, [/^store\.kind \(.*\) takes one of embedded, redis$/]],
    ['level', { LOG_LEVEL: 'loud' }, [/takes one of silent, error, warn, info, debug$/]],
    ['number', { DRAIN_SECONDS: '-1' }, [/takes a whole number from 0 to 3600$/]],
    ['fraction', { API_CLOCK_SKEW_SECONDS: '1.5' }, [/takes a whole number from 1 to 86400$/]],
    ['host', { ENROL_HOST: 'a b' }, [/takes an address of this machine/]],
    ['list', { API_REGIONS: 'eu-central-1,,x' }, [/takes a list of regions such as eu-central-1;/]],
    ['origin', { API_ALLOWED_ORIGINS: 'https://a.example/path' }, [/takes a list of origins/]],
    ['master key', { MASTER_KEY: SECRET }, [/^masterKey \(.*\) takes 32 octets as 64 hex/]],
    ['short key', { MASTER_KEY: HEX_KEY.slice(1) }, [/^masterKey \(.*\) takes 32 octets/]],
    [
      'no key',
      { MASTER_KEY: '' },
      [/^masterKeyFile \(.*\) is required\. Make a master key once with/],
    ],
    ['two keys', { MASTER_KEY_FILE: keyFile }, [/^masterKeyFile \(.*\) and masterKey are both/]],
    [
      'the same key twice',
      { OTHER_MASTER_KEY: BASE64_KEY },
      ['otherMasterKey: it is the master key itself; give the other one, or nothing'],
    ],
    [
      'two other keys',
      { OTHER_MASTER_KEY: OTHER_KEY, OTHER_MASTER_KEY_FILE: keyFile },
      [/^otherMasterKeyFile \(.*\) and otherMasterKey are both given; keep one/],
    ],
    ['no such other key', { OTHER_MASTER_KEY_FILE: SECRET }, [/^otherMasterKeyFile: .*ENOENT/]],
    ['no URL', { PUBLIC_URL: '' }, [/^publicUrl \(.*\) is required while enrol\.host is every/]],
    ['half of TLS', { API_TLS_CERT_FILE: tls.certFile }, [/api\.tls\.certFile go together/]],
    ['no file', { MASTER_KEY: '', MASTER_KEY_FILE: SECRET }, [/^masterKeyFile: .* \(ENOENT\)$/]],
    [
      'not a key file',
      { MASTER_KEY: '', MASTER_KEY_FILE: tls.keyFile },
      [/^masterKeyFile: the file it names does not hold 32 octets/],
    ],
    [
      'TLS that does not match',
      { ENROL_TLS_CERT_FILE: tls.certFile, ENROL_TLS_KEY_FILE: otherTls.keyFile },
      ['enrol.tls: the key in other.key is not that of the certificate in server.pem'],
    ],
    [
      'a slip of the pen',
      { API_PROT: '1' },
      ['SCEP_CONNECTOR_API_PROT is the variable of no setting; is it SCEP_CONNECTOR_API_PORT?'],
    ],
    ['no such thing', { XYZZY: '1' }, [/XYZZY is the variable of no setting; docs\/config/]],
    [
      'file',
      { CONFIG: path.join(directory, 'no.yaml') },
      [/^no\.yaml cannot be read \(ENOENT\); --config/],
    ],
  ])('of the environment is refused: %s', async (_name, environment, lines) => {
    const found = await mistakes({ ...LEAST, ...variables(environment) });
    expectLines(found, lines);
  });

  it.each<[string, string, readonly (string | RegExp)[]]>([
    ['port', 'api:\n  port: 80x\n', [`api.port (serve.yaml line 2) ${PORT}`]],
    ['type', 'drainSeconds: [1]', [/^drainSeconds \(serve\.yaml line 1\) takes a whole number/]],
    ['boolean', 'drainSeconds: true', [/takes a whole number/]],
    ['unknown', 'api:\n  prot: 1', ['api.prot (serve.yaml line 2) is no setting; is it api.port?']],
    [
      'unknown section',
      'opps:\n  port: 1',
      [/^opps \(serve\.yaml line 1\) is no setting; is it ops\?/],
    ],
    [
      'nothing like it',
      'xyzzy: 1',
      ['xyzzy (serve.yaml line 1) is no setting; docs/configuration.md lists them'],
    ],
    ['inherited name', 'constructor: 1', [/^constructor \(serve\.yaml line 1\) is no setting/]],
    [
      'scalar for a section',
      'api: 1',
      [/^api \(serve\.yaml line 1\) takes a mapping of settings: host, port/],
    ],
    ['list for all', '- 1', [/^serve\.yaml takes a mapping of settings: publicUrl/]],
    ['alias', 'drainSeconds: *no', [/^drainSeconds \(serve\.yaml line 1\) has an alias that/]],
    ['section alias', 'api: *no', [/^api \(serve\.yaml line 1\) takes a mapping of settings/]],
    [
      'alias of itself',
      'api: &a { tls: *a }',
      [/^api\.tls\.tls \(serve\.yaml line 1\) is no setting/],
    ],
    ['twice', 'drainSeconds: 1\ndrainSeconds: 2', ['serve.yaml line 2: Map keys must be unique']],
    [
      'secret',
      `masterKey: ${HEX_KEY}`,
      [/^masterKey \(serve\.yaml line 1\) is a secret .* SCEP_CONNECTOR_MASTER_KEY$/],
    ],
    [
      'not YAML',
      `api: {\n${SECRET}`,
      [/^serve\.yaml line 2: Flow map/, /^serve\.yaml line 2: Impl/],
    ],
    ['two documents', 'drainSeconds: 1\n---\ndrainSeconds: 2', [/^serve\.yaml line 2: /]],
    ['tag', `dataDir: !!js/function "${SECRET}"`, [/^serve\.yaml line 1: Unresolved tag$/]],
  ])('of the file is refused: %s', async (_name, yaml, lines) => {
    expectLines(await mistakes(LEAST, yaml), lines);
  });

  it('has a line of its own', async () => {
    const found = await mistakes(
      variables({
        API_PORT: 'x',
        OPS_TLS_CERT_FILE: tls.certFile,
        OPS_TLS_KEY_FILE: path.join(directory, 'nowhere.key'),
        NO_SUCH: '1',
      }),
      'drainSeconds: -1\nquota: {}\nenrol:\n  port: 99999\n',
    );
    expectLines(found, [
      /^quota \(serve\.yaml line 2\) is no setting; is it quotas\?/,
      /^SCEP_CONNECTOR_NO_SUCH /,
      /^drainSeconds \(serve\.yaml line 1\) takes/,
      /^enrol\.port \(serve\.yaml line 4\) takes/,
      /^api\.port \(SCEP_CONNECTOR_API_PORT\) takes/,
      /^publicUrl .* is required/,
      /^masterKeyFile .* is required/,
      /^ops\.tls: nowhere\.key cannot be read/,
    ]);
  });
});

function expectLines(found: readonly string[], expected: readonly (string | RegExp)[]): void {
  expect(found).toEqual(
    expected.map((line): unknown =>
      typeof line === 'string' ? line : expect.stringMatching(line),
    ),
  );
  for (const line of found) {
    expect(line).not.toContain(SECRET);
    expect(line).not.toContain(HEX_KEY.slice(1));
  }
}
