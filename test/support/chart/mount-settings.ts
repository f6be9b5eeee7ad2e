import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { makeTlsFiles, type TlsTestFiles } from '../keys/tls-files.ts';
import { tempDirectory } from '../servers/temp-directory.ts';
import type { PodSpec } from './render-chart.ts';

/** The content of each file that a Secret becomes, by file name. */
type MountedFiles = Readonly<Record<string, string>>;

/**
 * Puts files where a pod mounts its Secrets, and nowhere else, below a new directory.
 * @param settings the settings file of the ConfigMap
 * @returns the settings with the paths of those files
 */
export function mountSettings(settings: string, pod: PodSpec, files: MountedFiles = {}): string {
  const root = tempDirectory();
  const tls = makeTlsFiles(tempDirectory(), 'mounted');
  for (const { name, mountPath } of pod.containers[0]?.volumeMounts ?? []) {
    const secret = pod.volumes.find((volume) => volume.name === name)?.secret;
    if (secret === undefined) continue;
    mkdirSync(path.join(root, mountPath), { recursive: true });
    for (const item of secret.items) {
      const content = files[item.path] ?? makeFile(item.path, tls);
      if (content === undefined) throw new Error(`what is in ${item.path}?`);
      writeFileSync(path.join(root, mountPath, item.path), content, { mode: secret.defaultMode });
    }
  }
  return settings.replaceAll('/etc/scep-connector', `${root}/etc/scep-connector`);
}

/** Each call makes another file: two master keys must differ. */
function makeFile(name: string, tls: TlsTestFiles): string | undefined {
  const credential = {
    ...{ accessKeyId: 'AKIAMOUNTEDMOUNTED00', secretAccessKey: 'a-secret-of-this-test' },
    ...{ accountId: '111122223333', userName: 'tester' },
  };
  const made: MountedFiles = {
    ...{ 'ca.crt': tls.cert, 'tls.crt': tls.cert, 'tls.key': tls.key, password: 'a-password' },
    ...{ key: randomBytes(32).toString('hex'), 'credentials.yaml': stringify([credential]) },
  };
  return made[name];
}
