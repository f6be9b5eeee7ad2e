import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { makeTlsFiles } from '../../support/keys/tls-files.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const BASE = {
  SCEP_CONNECTOR_PUBLIC_URL: 'https://scep.example.com',
  SCEP_CONNECTOR_MASTER_KEY: '11'.repeat(32),
  SCEP_CONNECTOR_STORE_KIND: 'redis',
  SCEP_CONNECTOR_STORE_REDIS_NODES: 'one:6379,two:6379',
};

const load = async (environment: Record<string, string>) =>
  (await loadSettings(undefined, { ...BASE, ...environment })).redis;

function fileWith(text: string): string {
  const file = path.join(tempDirectory(), 'password');
  writeFileSync(file, text);
  return file;
}

describe('readRedisConnection', () => {
  it('returns undefined unless the store is Redis', async () => {
    expect(await load({ SCEP_CONNECTOR_STORE_KIND: 'embedded' })).toBeUndefined();
  });

  it('reads the passwords and the TLS files', async () => {
    const { certFile, keyFile, cert, key } = makeTlsFiles(tempDirectory());
    const connection = await load({
      SCEP_CONNECTOR_STORE_REDIS_PASSWORD_FILE: fileWith('secret one\n'),
      SCEP_CONNECTOR_STORE_REDIS_SENTINEL_PASSWORD: 'secret-two',
      SCEP_CONNECTOR_STORE_REDIS_TLS_ENABLED: 'true',
      SCEP_CONNECTOR_STORE_REDIS_TLS_CA_FILE: certFile,
      SCEP_CONNECTOR_STORE_REDIS_TLS_CERT_FILE: certFile,
      SCEP_CONNECTOR_STORE_REDIS_TLS_KEY_FILE: keyFile,
    });
    expect(connection).toMatchObject({
      nodes: ['one:6379', 'two:6379'],
      password: 'secret one',
      sentinelPassword: 'secret-two',
      tls: { ca: cert, cert, key, serverName: undefined },
    });
  });

  it('has no TLS unless it is enabled', async () => {
    expect((await load({}))?.tls).toBeUndefined();
  });

  it.each([
    ['', /passwordFile: the file it names does not hold a password on one line$/],
    ['hush\nhush', /passwordFile: the file it names does not hold a password on one line$/],
  ])('refuses the password file %j without showing it', async (text, message) => {
    const environment = { SCEP_CONNECTOR_STORE_REDIS_PASSWORD_FILE: fileWith(text) };
    await expect(load(environment)).rejects.toThrow(message);
  });

  it('names a file that is not a CA certificate', async () => {
    const environment = {
      SCEP_CONNECTOR_STORE_REDIS_TLS_ENABLED: 'true',
      SCEP_CONNECTOR_STORE_REDIS_TLS_CA_FILE: fileWith('nonsense'),
    };
    await expect(load(environment)).rejects.toThrow(/password does not begin with a certificate/);
  });
});
