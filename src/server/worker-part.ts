import cluster from 'node:cluster';

export interface WorkerUrls {
  readonly enrolUrl: string;
  readonly enrolLocalUrl: string;
  readonly apiUrl: string;
}

/** A worker sends this to the primary every second once it listens. */
export interface WorkerMessage {
  readonly urls: WorkerUrls;
  /** Why it cannot enrol devices; absent when it can. */
  readonly objection?: string | undefined;
}

/** The primary sends this once, to the first worker that listens. */
export interface PrimaryMessage {
  readonly opsUrl: string;
}

export const MESSAGE_INTERVAL_MS = 1_000;

/** A worker's connection to the primary, in place of an ops listener. */
export interface WorkerPart {
  /** Appears in each log line. */
  readonly number: number;
  /** Tells the primary every second from now on whether this worker is ready. */
  report(urls: WorkerUrls, objection: () => Promise<string | undefined>): void;
  /**
   * Calls `announce` if this is the first worker that listens. The promise rejects when it fails.
   */
  onFirst(announce: (opsUrl: string) => Promise<void> | undefined): Promise<never>;
  /** Stops reporting, so that the process may end. */
  finish(): void;
}

/**
 * Without the primary there are no listeners, and a worker holds no state of its own. Node would
 * call process.exit, which waits for a transaction of LMDB that may never end.
 */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Undefined in a process that is not a worker. */
export function joinPrimary(): WorkerPart | undefined {
  const { worker } = cluster;
  if (worker === undefined) return undefined;
  process.prependOnceListener('disconnect', endAtOnce);
  let timer: NodeJS.Timeout | undefined;
  const tell = async (urls: WorkerUrls, check: () => Promise<string | undefined>) => {
    const message: WorkerMessage = { urls, objection: await check() };
    // A failure is ignored: a worker that has lost its primary ends.
    if (worker.isConnected()) worker.send(message, () => undefined);
  };
  return {
    number: worker.id,
    report(urls, objection) {
      timer = setInterval(() => void tell(urls, objection), MESSAGE_INTERVAL_MS);
      void tell(urls, objection);
    },
    onFirst: (announce) =>
      new Promise((_, reject) => {
        worker.once('message', ({ opsUrl }: PrimaryMessage) => {
          announce(opsUrl)?.catch(reject);
        });
      }),
    finish() {
      clearInterval(timer);
      process.off('disconnect', endAtOnce);
      process.channel?.unref();
    },
  };
}
