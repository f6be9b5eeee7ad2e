import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const directory = tempDirectory();
const PIN = 'correct-horse-9';

function pinFile(text: string): string {
  const target = path.join(directory, `${randomUUID()}.pin`);
  writeFileSync(target, text);
  return target;
}

function load(keyStore: Readonly<Record<string, string>>) {
  const variables = Object.entries(keyStore).map(([name, value]) => [
    `SCEP_CONNECTOR_KEY_STORE_${name}`,
    value,
  ]);
  return loadSettings(undefined, {
    SCEP_CONNECTOR_MASTER_KEY: '0123456789abcdef'.repeat(4),
    SCEP_CONNECTOR_PUBLIC_URL: 'https://scep.example.com',
    ...(Object.fromEntries(variables) as Record<string, string>),
  });
}

const TOKEN = { MODULE: '/usr/lib/token.so', TOKEN_LABEL: 'CA keys' };

describe('settings of a token', () => {
  it('are undefined without a token', async () => {
    const { settings, token } = await load({});
    expect(settings.keyStore.kind).toBe('embedded');
    expect(token).toBeUndefined();
  });

  it('take the PIN from its variable', async () => {
    const { token } = await load({ ...TOKEN, KIND: 'pkcs11', PIN });
    expect(token).toEqual({ module: '/usr/lib/token.so', tokenLabel: 'CA keys', pin: PIN });
  });

  it.each([`${PIN}`, `${PIN}\n`, `${PIN}\r\n`])(
    'take the PIN from the only line of a file: %j',
    async (text) => {
      const { token } = await load({ ...TOKEN, KIND: 'pkcs11', PIN_FILE: pinFile(text) });
      expect(token?.pin).toBe(PIN);
    },
  );

  it('may be given for older keys while new ones are sealed in the store', async () => {
    const { settings, token } = await load({ ...TOKEN, PIN });
    expect(settings.keyStore.kind).toBe('embedded');
    expect(token).toBeDefined();
  });

  it.each([
    [{ KIND: 'pkcs11' }, 'keyStore.module (SCEP_CONNECTOR_KEY_STORE_MODULE) is required'],
    [{ MODULE: '/usr/lib/token.so', PIN }, 'keyStore.tokenLabel go together'],
    [{ ...TOKEN }, 'keyStore.pinFile (SCEP_CONNECTOR_KEY_STORE_PIN_FILE) is required with a token'],
    [{ ...TOKEN, PIN, PIN_FILE: '/nowhere' }, 'keyStore.pin are both given'],
    [{ ...TOKEN, PIN_FILE: '/nowhere/token.pin' }, 'cannot be read (ENOENT)'],
    [{ ...TOKEN, PIN_FILE: pinFile('') }, 'does not hold a PIN on one line'],
    [{ ...TOKEN, PIN, TOKEN_LABEL: 'ä'.repeat(17) }, '32 octets at most'],
    [{ KIND: 'hsm' }, 'one of embedded, pkcs11'],
  ])('are refused if they are %j', async (keyStore, message) => {
    await expect(load(keyStore)).rejects.toThrow(message);
    await expect(load(keyStore)).rejects.not.toThrow(PIN);
  });

  it('are refused if the PIN file has two lines', async () => {
    const two = load({ ...TOKEN, PIN_FILE: pinFile(`${PIN}\n${PIN}\n`) });
    await expect(two).rejects.toThrow('on one line');
    await expect(two).rejects.not.toThrow(PIN);
  });
});
