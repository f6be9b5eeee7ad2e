import type { Logger } from '../observability/logger.ts';
import { createRestartPolicy, type RestartPolicy } from './restart-policy.ts';
import { MESSAGE_INTERVAL_MS, type WorkerMessage, type WorkerUrls } from './worker-part.ts';
import { createWorkerWatch, type WorkerProcess } from './worker-watch.ts';

interface PoolOptions {
  readonly size: number;
  readonly fork: () => WorkerProcess;
  readonly logger: Logger;
  /** Called once, when the first worker listens. */
  readonly announce: (urls: WorkerUrls, first: WorkerProcess) => void;
  /** Pause before the first of several dead workers in a row is replaced. */
  readonly firstPauseMs?: number;
}

/** Exit code of a worker that has printed a usage error: settings, master key, token, address. */
const USAGE = 2;
const FIRST_PAUSE_MS = 100;

/**
 * Keeps `size` workers alive. The first starts alone, so that an error common to all is reported
 * once; the others start when it listens. A worker that dies is replaced after a pause, one that is
 * stuck is killed.
 */
export class WorkerPool {
  /** Resolves to the primary's exit code when no worker is left. */
  readonly ended: Promise<number>;
  readonly #options: PoolOptions;
  readonly #watch = createWorkerWatch();
  readonly #policy: RestartPolicy;
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #watching: NodeJS.Timeout;
  #end: (exitCode: number) => void = () => undefined;
  #isAnnounced = false;
  /** Once it is set, no worker is replaced. */
  #exitCode: number | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#policy = createRestartPolicy(options.firstPauseMs ?? FIRST_PAUSE_MS);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#watching = setInterval(() => this.#killStuck(), MESSAGE_INTERVAL_MS);
    this.#start();
  }

  /** Why no worker can enrol devices; undefined when one can. */
  objection(): string | undefined {
    return this.#exitCode === undefined ? this.#watch.objection() : 'the server is about to end';
  }

  /** Passes the signal on to all workers, and replaces none of them. */
  stop(signal: NodeJS.Signals, exitCode = 0): void {
    this.#exitCode ??= exitCode;
    for (const timer of this.#restarts) clearTimeout(timer);
    for (const worker of this.#watch.all()) worker.kill(signal);
    this.#endWhenEmpty();
  }

  #start(): void {
    const worker = this.#options.fork();
    this.#watch.add(worker);
    worker.onMessage((message) => this.#hear(worker, message));
    worker.onExit((code, signal) => this.#bury(worker, code, signal));
  }

  #hear(worker: WorkerProcess, message: WorkerMessage): void {
    if (this.#watch.hear(worker, message)) this.#policy.forgive();
    if (this.#isAnnounced || this.#exitCode !== undefined) return;
    this.#isAnnounced = true;
    this.#options.announce(message.urls, worker);
    for (let more = 1; more < this.#options.size; more += 1) this.#start();
  }

  #bury(worker: WorkerProcess, code: number | null, signal: string | null): void {
    const lifeMs = this.#watch.remove(worker);
    if (this.#exitCode !== undefined) {
      const wasTold = code === 0 || signal === 'SIGTERM' || signal === 'SIGINT';
      if (!wasTold) this.#exitCode ||= code ?? 1;
      this.#endWhenEmpty();
    } else if (code === USAGE) {
      this.stop('SIGTERM', USAGE);
    } else {
      this.#options.logger.error({ worker: worker.number, code, signal }, 'a worker has ended');
      this.#replaceAfter(lifeMs);
    }
  }

  #replaceAfter(lifeMs: number): void {
    const pause = this.#policy.pauseAfter(lifeMs, this.#watch.isAnyServing());
    if (pause === undefined) {
      this.#options.logger.fatal('the workers end before they listen; the server gives up');
      this.stop('SIGTERM', 1);
      return;
    }
    const restart = setTimeout(() => {
      this.#restarts.delete(restart);
      this.#start();
    }, pause);
    this.#restarts.add(restart);
  }

  #killStuck(): void {
    for (const worker of this.#watch.tick()) {
      const { number } = worker;
      this.#options.logger.error({ worker: number }, 'a worker does not answer; it is killed');
      worker.kill('SIGKILL');
    }
  }

  #endWhenEmpty(): void {
    if (this.#exitCode === undefined || this.#watch.all().length > 0) return;
    clearInterval(this.#watching);
    this.#end(this.#exitCode);
  }
}
