import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadTlsFiles } from '../../../src/config/tls-files.ts';
import { UsageError } from '../../../src/config/usage-error.ts';
import { makeTlsFiles } from '../../support/keys/tls-files.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const directory = tempDirectory();
const good = makeTlsFiles(directory, 'good');
const other = makeTlsFiles(directory, 'other');

function file(name: string, text: string): string {
  const target = path.join(directory, name);
  writeFileSync(target, text);
  return target;
}

async function problem(certFile: string, keyFile: string): Promise<string> {
  const error: unknown = await loadTlsFiles({ certFile, keyFile }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

it('reads a certificate with its chain and its key', async () => {
  const chain = file('chain.pem', good.cert + other.cert);
  const identity = await loadTlsFiles({ certFile: chain, keyFile: good.keyFile });
  expect(identity).toEqual({ cert: good.cert + other.cert, key: good.key, minVersion: 'TLSv1.2' });
});

it('refuses the key of another certificate and names both files', async () => {
  const message = await problem(good.certFile, other.keyFile);
  expect(message).toBe(
    `the key in ${other.keyFile} is not that of the certificate in ${good.certFile}`,
  );
});

it('refuses files that are missing, not PEM, or exchanged', async () => {
  const nowhere = path.join(directory, 'nowhere.pem');
  expect(await problem(nowhere, good.keyFile)).toBe(`${nowhere} cannot be read (ENOENT)`);
  const text = file('text', 'secret words');
  expect(await problem(text, good.keyFile)).toBe(
    `${text} does not begin with a certificate in PEM`,
  );
  expect(await problem(good.certFile, text)).toBe(`${text} does not hold a private key in PEM`);
  expect(await problem(good.keyFile, good.certFile)).toMatch(/does not begin with a certificate/);
});

it('refuses a key with a passphrase and says what to do', async () => {
  const locked = path.join(directory, 'locked.key');
  execFileSync(
    'openssl',
    [...['ec', '-in', good.keyFile, '-aes256', '-passout', 'pass:secret', '-out', locked]],
    { stdio: 'ignore' },
  );
  expect(await problem(good.certFile, locked)).toMatch(/needs a passphrase; store it without one/);
});
