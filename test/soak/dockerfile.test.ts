import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { runCommand } from '../support/clients/run-command.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';
import {
  type BuiltStage,
  commandInImage,
  replayDockerfile,
  whyNoReplay,
} from './replay-dockerfile.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const reason = whyNoReplay();
if (reason !== undefined && process.env['CI'] === 'true') throw new Error(reason);
if (reason !== undefined) console.warn(`skipped: ${reason}`);

describe.runIf(reason === undefined)('the image of the Dockerfile', () => {
  let image: BuiltStage;
  beforeAll(() => {
    image = replayDockerfile({ context: ROOT, directory: tempDirectory(), print: console.log });
  }, 2_400_000);

  function inImage(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const words = commandInImage(image, command, env);
    return runCommand(words.file, words.args, { env: words.env, timeoutMs: 600_000 });
  }

  it('runs as an unprivileged user who can write only to the data directory', async () => {
    expect(image).toMatchObject({
      ...{ user: '65532:65532', volumes: ['/app/data'], ports: [8080, 8081, 9090] },
      ...{ stopSignal: 'SIGTERM', cmd: ['serve'] },
    });
    const writable = await inImage(['sh', '-c', 'touch /app/data/file && id -u']);
    expect(writable).toMatchObject({ code: 0, stdout: '65532\n' });
    for (const place of ['/', '/app', '/app/dist', '/app/node_modules', '/root']) {
      expect(await inImage(['touch', `${place}/file`])).not.toMatchObject({ code: 0 });
    }
  });

  it('contains only what it needs to run', () => {
    expect(readdirSync(path.join(image.root, 'app')).sort()).toEqual([
      ...[
        'CHANGELOG.md',
        'LICENSE',
        'NOTICE',
        'bin',
        'data',
        'dist',
        'node_modules',
        'package.json',
        'sbom.cdx.json',
      ],
    ]);
    for (const name of ['typescript', 'vitest', '@biomejs']) {
      expect(existsSync(path.join(image.root, 'app/node_modules', name)), name).toBe(false);
    }
  });

  it('prints its help', async () => {
    const { code, stdout } = await inImage(['scep-connector', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('serve');
  });

  it('ends without settings and names those that are missing', async () => {
    const { code, stderr } = await inImage([...image.entrypoint, ...image.cmd]);
    expect(code).toBe(2);
    expect(stderr).toContain('masterKeyFile (SCEP_CONNECTOR_MASTER_KEY_FILE) is required');
  });

  it('passes the enrolment of helm test, drains and exits with 0', async () => {
    const credentials = [
      {
        ...{
          accessKeyId: 'AKIAIMAGEIMAGEIMAGE0',
          secretAccessKey: randomBytes(30).toString('hex'),
        },
        ...{ accountId: '111122223333', userName: 'tester' },
      },
    ];
    mkdirSync(path.join(image.root, 'mounted'));
    writeFileSync(path.join(image.root, 'mounted/credentials.yaml'), stringify(credentials));
    writeFileSync(path.join(image.root, 'mounted/master.key'), randomBytes(32).toString('hex'));
    const script = path.join(ROOT, 'helm/files/enrol-a-device.mjs');
    copyFileSync(script, path.join(image.root, 'mounted/enrol-a-device.mjs'));
    const server = await start({
      ...{ SCEP_CONNECTOR_ENROL_HOST: '127.0.0.1', SCEP_CONNECTOR_ENROL_PORT: '0' },
      ...{ SCEP_CONNECTOR_API_PORT: '0', SCEP_CONNECTOR_OPS_PORT: '0' },
      SCEP_CONNECTOR_CREDENTIALS_FILE: '/mounted/credentials.yaml',
      SCEP_CONNECTOR_MASTER_KEY_FILE: '/mounted/master.key',
    });
    expect((await fetch(`${server.opsUrl}/readyz`)).status).toBe(200);
    const enrolment = await inImage(['node', '/mounted/enrol-a-device.mjs'], {
      ...{ API_URL: server.apiUrl, ENROL_URL: server.enrolUrl },
      CREDENTIALS_FILE: '/mounted/credentials.yaml',
    });
    expect(enrolment).toMatchObject({ code: 0, stderr: '' });
    expect(enrolment.stdout).toMatch(/^verified CN=helm-test <- /m);
    expect(await server.stop()).toBe(0);
  });

  async function start(settings: Readonly<Record<string, string>>) {
    const command = [...image.entrypoint, ...image.cmd];
    const { file, args, env } = commandInImage(image, command, settings);
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    const listening = () => log.split('\n').find((line) => line.includes('"msg":"listening"'));
    await expect.poll(() => listening() ?? log, { timeout: 120_000 }).toContain('"listening"');
    const urls = JSON.parse(listening() ?? '') as Record<'enrolUrl' | 'apiUrl' | 'opsUrl', string>;
    const stop = async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      return child.exitCode;
    };
    return { ...urls, stop };
  }
});
