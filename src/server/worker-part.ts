import cluster from 'node:cluster';

/** Where the listeners of a worker are reached. */
export interface WorkerUrls {
  readonly enrolUrl: string;
  readonly apiUrl: string;
}

/** What a worker tells the primary, every second from the moment it listens. */
export interface WorkerMessage {
  readonly urls: WorkerUrls;
  /** Why it cannot enrol devices; absent when it can. */
  readonly objection?: string | undefined;
}

/** How often. Milliseconds. */
export const MESSAGE_INTERVAL_MS = 1_000;

/** What a process that is one of several workers does in place of its own ops listener. */
export interface WorkerPart {
  /** Stands in each line of the log. */
  readonly number: number;
  /** From now on tells the primary every second that this worker lives, and whether it is ready. */
  report(urls: WorkerUrls, objection: () => Promise<string | undefined>): void;
  /** Nothing is left to be told: the process may end. */
  finish(): void;
}

/**
 * The primary is gone, and with it every listener. Nothing that matters is only here; node would call process.exit, which waits for
 * a transaction of LMDB that may never end.
 */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Undefined in a process that nobody has forked. */
export function joinPrimary(): WorkerPart | undefined {
  const { worker } = cluster;
  if (worker === undefined) return undefined;
  process.prependOnceListener('disconnect', endAtOnce);
  let timer: NodeJS.Timeout | undefined;
  const tell = async (urls: WorkerUrls, look: () => Promise<string | undefined>) => {
    const message: WorkerMessage = { urls, objection: await look() };
    // Without its primary a worker ends, so there is nobody to tell of a failure.
    if (worker.isConnected()) worker.send(message, () => undefined);
  };
  return {
    number: worker.id,
    report(urls, objection) {
      timer = setInterval(() => void tell(urls, objection), MESSAGE_INTERVAL_MS);
      void tell(urls, objection);
    },
    finish() {
      clearInterval(timer);
      process.off('disconnect', endAtOnce);
      process.channel?.unref();
    },
  };
}
