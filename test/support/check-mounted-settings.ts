import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { PodSpec } from './render-chart.ts';
import type { CommandResult } from './run-command.ts';
import { runCommand } from './run-command.ts';
import { MAIN } from './spawn-server.ts';
import { tempDirectory } from './temp-directory.ts';
import { makeTlsFiles } from './tls-files.ts';

const CREDENTIALS = [
  {
    ...{ accessKeyId: 'AKIAMOUNTEDMOUNTED00', secretAccessKey: 'a-secret-of-this-test' },
    ...{ accountId: '111122223333', userName: 'tester' },
  },
];

/** Runs `serve --check-config` on the settings of a ConfigMap, with files where the pod mounts its Secrets and nowhere else. */
export async function checkMountedSettings(settings: string, pod: PodSpec): Promise<CommandResult> {
  const root = tempDirectory();
  const { certFile, keyFile } = makeTlsFiles(tempDirectory(), 'mounted');
  const contents: Readonly<Record<string, () => string>> = {
    key: () => randomBytes(32).toString('hex'),
    password: () => 'a-password',
    'credentials.yaml': () => stringify(CREDENTIALS),
    'ca.crt': () => readFileSync(certFile, 'utf8'),
    'tls.crt': () => readFileSync(certFile, 'utf8'),
    'tls.key': () => readFileSync(keyFile, 'utf8'),
  };
  for (const { name, mountPath } of pod.containers[0]?.volumeMounts ?? []) {
    const secret = pod.volumes.find((volume) => volume.name === name)?.secret;
    if (secret === undefined) continue;
    mkdirSync(path.join(root, mountPath), { recursive: true });
    for (const item of secret.items) {
      const content = contents[item.path];
      if (content === undefined) throw new Error(`what is in ${item.path}?`);
      writeFileSync(path.join(root, mountPath, item.path), content(), { mode: secret.defaultMode });
    }
  }
  const file = path.join(root, 'scep-connector.yaml');
  writeFileSync(file, settings.replaceAll('/etc/scep-connector', `${root}/etc/scep-connector`));
  return runCommand(process.execPath, [MAIN, 'serve', '--check-config', '--config', file]);
}
