import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Credential } from '../aws-wire/credential.ts';
import { loadCredentialsFile } from './credentials-file.ts';
import { makeFileOnce } from './make-file-once.ts';
import { UsageError } from './usage-error.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The access key of a development server, in the file `credentials.json` of its data directory. The
 * file is made on first use; of processes that start at the same moment, one makes it for all.
 * @throws UsageError when the file exists and is wrong
 */
export async function loadDevCredential(dataDir: string, accountId: string): Promise<Credential> {
  const file = join(dataDir, 'credentials.json');
  await makeFileOnce(file, () => `${JSON.stringify([newCredential(accountId)], null, 2)}\n`);
  const { credentials } = await loadCredentialsFile(file);
  const [credential] = credentials.values();
  if (credential !== undefined) return credential;
  throw new UsageError(`${file} holds no credential; delete it to have one made`);
}

/** Like AWS's own keys: 20 characters of base 32, and a secret of 240 bits in base64. */
function newCredential(accountId: string) {
  const letters = [...randomBytes(16)].map((octet) => BASE32[octet % BASE32.length]);
  return {
    accessKeyId: `AKIA${letters.join('')}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    accountId,
    userName: 'dev',
  };
}
