import type { PrimaryMessage, WorkerMessage } from './worker-part.ts';

/** A worker process, as the primary sees it. */
export interface WorkerProcess {
  /** Counts from 1; a replacement gets a new number. */
  readonly number: number;
  onMessage(hear: (message: WorkerMessage) => void): void;
  onExit(hear: (code: number | null, signal: string | null) => void): void;
  send(message: PrimaryMessage): void;
  kill(signal: NodeJS.Signals): void;
}

/** What the primary knows about the live workers. */
export interface WorkerWatch {
  add(worker: WorkerProcess): void;
  /** @returns whether it is its first message */
  hear(worker: WorkerProcess, message: WorkerMessage): boolean;
  /** @returns how many milliseconds it lived */
  remove(worker: WorkerProcess): number;
  all(): readonly WorkerProcess[];
  isAnyServing(): boolean;
  /** Why no worker can enrol devices; undefined when one can. */
  objection(): string | undefined;
  /** Call it every MESSAGE_INTERVAL_MS. @returns the workers that have been silent for too long */
  tick(): readonly WorkerProcess[];
}

interface Known {
  readonly worker: WorkerProcess;
  readonly startedAt: number;
  last: WorkerMessage | undefined;
  /** Ticks without a message, because a clock would count the time when the machine was asleep. */
  silence: number;
}

/** After this much silence a worker does not count as ready. */
const SILENT_TICKS = 5;
/** After this much silence a worker counts as stuck. */
const STUCK_TICKS = 30;
/** The same for a worker that does not listen yet. */
const STUCK_AT_START_TICKS = 120;

export function createWorkerWatch(): WorkerWatch {
  const known = new Map<WorkerProcess, Known>();
  const values = () => [...known.values()];
  return {
    add(worker) {
      known.set(worker, { worker, startedAt: performance.now(), last: undefined, silence: 0 });
    },
    hear(worker, message) {
      const one = known.get(worker);
      if (one === undefined) return false;
      const isFirst = one.last === undefined;
      one.last = message;
      one.silence = 0;
      return isFirst;
    },
    remove(worker) {
      const startedAt = known.get(worker)?.startedAt ?? performance.now();
      known.delete(worker);
      return performance.now() - startedAt;
    },
    all: () => [...known.keys()],
    isAnyServing: () => values().some(({ last }) => last !== undefined),
    objection() {
      const heard = values().filter(({ silence }) => silence < SILENT_TICKS);
      const messages = heard.flatMap(({ last }) => last ?? []);
      if (messages.some(({ objection }) => objection === undefined)) return undefined;
      return messages[0]?.objection ?? 'no worker is ready';
    },
    tick() {
      for (const one of known.values()) one.silence += 1;
      const limit = ({ last }: Known) => (last === undefined ? STUCK_AT_START_TICKS : STUCK_TICKS);
      return values()
        .filter((one) => one.silence >= limit(one))
        .map(({ worker }) => worker);
    },
  };
}
