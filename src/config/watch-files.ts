import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

export interface FileWatch {
  /** No look is taken any more; resolves when none is under way. */
  stop(): Promise<void>;
}

/** Milliseconds between two looks. */
const INTERVAL = 2_000;

/**
 * Calls `changed` after any of the files became another one: written, replaced, or reached through a symbolic link that now
 * leads elsewhere, as Kubernetes swaps mounted secrets. It looks every two seconds, which works on every file system, and takes
 * a change when two looks in succession agree: a file that is being written is left alone until it is whole.
 * A change that comes while `changed` runs is seen at the next look. Await the watch before you read the files for the first
 * time, and no change is missed.
 * @param changed gets a function that tells whether the files are still those of the two looks: ask it after reading them, and
 * forget what was read if they are not; it is then called again
 */
export async function watchFiles(
  files: readonly string[],
  changed: (areStill: () => Promise<boolean>) => Promise<void> | void,
  intervalMs = INTERVAL,
): Promise<FileWatch> {
  let taken: string | undefined = await fingerprint(files);
  let lastSeen = taken;
  let looking: Promise<void> | undefined;
  const look = async () => {
    const now = await fingerprint(files);
    const isSettled = now === lastSeen;
    lastSeen = now;
    if (!isSettled || now === taken) return;
    taken = now;
    await changed(async () => {
      const areStill = (await fingerprint(files)) === now;
      if (!areStill) taken = undefined;
      return areStill;
    });
  };
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  }, intervalMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}

/**
 * Tells two states of the files apart; a file that is not there has one as well. The content counts too: network file systems
 * serve the rest from a cache. A pipe is left alone, since it can be read once only.
 */
async function fingerprint(files: readonly string[]): Promise<string> {
  const states = files.map(async (file) => {
    try {
      const stats = await stat(file, { bigint: true });
      const { dev, ino, size, mtimeNs, ctimeNs } = stats;
      const content = stats.isFile() ? await readFile(file) : '';
      const digest = createHash('sha256').update(content).digest('base64');
      return [dev, ino, size, mtimeNs, ctimeNs, digest].join(' ');
    } catch {
      return 'absent';
    }
  });
  return (await Promise.all(states)).join('\n');
}
