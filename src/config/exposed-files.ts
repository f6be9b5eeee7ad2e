import { stat } from 'node:fs/promises';
import type { Settings } from './settings.ts';

/** A group may read a file of another user, because Kubernetes mounts Secrets like that. */
const OPEN_TO_OTHERS = { own: 0o066, foreign: 0o026 };

/**
 * A line for the log if others than the owner of a file with secrets may read or write it.
 * @throws the system's error
 */
export async function warningOfMode(file: string): Promise<string | undefined> {
  const { mode, uid } = await stat(file);
  const open = OPEN_TO_OTHERS[uid === process.getuid?.() ? 'own' : 'foreign'];
  if ((mode & open) === 0) return undefined;
  return `${file} is open to others than its owner; give it the mode 600`;
}

/** The same for the files of keys, PINs and passwords that the settings name, which all exist. */
export async function warningsOfSecretFiles({
  masterKeyFile,
  otherMasterKeyFile,
  keyStore,
  store: { redis },
}: Settings): Promise<readonly string[]> {
  const files = [
    ...[masterKeyFile, otherMasterKeyFile, keyStore.pinFile],
    ...[redis.passwordFile, redis.sentinelPasswordFile],
  ].filter((file) => file !== undefined);
  const warnings = await Promise.all(files.map(warningOfMode));
  return warnings.filter((warning) => warning !== undefined);
}
