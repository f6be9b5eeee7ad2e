import { stat } from 'node:fs/promises';

export interface FileWatch {
  /** No look is taken any more; resolves when none is under way. */
  stop(): Promise<void>;
}

/** Milliseconds between two looks. */
const INTERVAL = 2_000;

/**
 * Calls `changed` after any of the files became another one: written, replaced, or reached through a symbolic link that now
 * leads elsewhere, as Kubernetes swaps mounted secrets. It looks every two seconds, which works on every file system.
 * A change that comes while `changed` runs is seen at the next look. Await the watch before you read the files for the first
 * time, and no change is missed.
 */
export async function watchFiles(
  files: readonly string[],
  changed: () => Promise<void> | void,
  intervalMs = INTERVAL,
): Promise<FileWatch> {
  let seen = await fingerprint(files);
  let looking: Promise<void> | undefined;
  const look = async () => {
    const now = await fingerprint(files);
    if (now === seen) return;
    seen = now;
    await changed();
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

/** Tells two states of the files apart; a file that is not there has one as well. */
async function fingerprint(files: readonly string[]): Promise<string> {
  const states = files.map(async (file) => {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
      return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
    } catch {
      return 'absent';
    }
  });
  return (await Promise.all(states)).join('\n');
}
