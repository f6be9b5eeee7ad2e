import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

export interface FileWatch {
  /** Stops looking; resolves when no look is under way. */
  stop(): Promise<void>;
}

const LOOK_INTERVAL_MS = 2_000;

/**
 * Calls `changed` after one of the files has changed: was written, replaced, or reached through a
 * symbolic link that now points elsewhere, as Kubernetes replaces mounted secrets. Polling works on
 * every file system. A change counts once two looks agree, so that a file is not read while it is
 * being written; one that comes while `changed` runs is seen at the next look. To miss no change,
 * await this function before you read the files for the first time.
 * @param changed gets a function that tells whether the files are still the same. Ask it after
 * reading, and discard what you read if they are not; `changed` is then called again.
 */
export async function watchFiles(
  files: readonly string[],
  changed: (areStill: () => Promise<boolean>) => Promise<void> | void,
  intervalMs = LOOK_INTERVAL_MS,
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
 * Tells two states of the files apart, including a missing file. It covers the content, because
 * network file systems serve the attributes from a cache; but a pipe can be read only once.
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
