import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { requireClient } from '../clients/require-client.ts';
import { freePort } from './free-port.ts';

const MOTO = path.resolve('.cache/moto/bin/moto_server');

/** Whether moto is there, another maker's S3: for `describe.runIf`. */
export function hasMoto(): boolean {
  return requireClient('moto', [MOTO], 'test/soak/install.sh');
}

/** Starts it on a free port; gives its URL. It is ended with the test that asks for it. */
export async function startMoto(): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(MOTO, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await closed;
  });
  for (let attempt = 0; attempt < 900; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined) return url;
    await sleep(100);
  }
  throw new Error('moto does not answer');
}
