import type { WorkerMessage } from './worker-part.ts';

/** A process that serves, as its primary sees it. */
export interface WorkerProcess {
  /** From 1 on; the one that takes the place of a dead one has another. */
  readonly number: number;
  onMessage(hear: (message: WorkerMessage) => void): void;
  onExit(hear: (code: number | null, signal: string | null) => void): void;
  kill(signal: NodeJS.Signals): void;
}

/** What the primary knows of the workers that live. */
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
  /** To be called every MESSAGE_INTERVAL. @returns those that have been silent for too long */
  tick(): readonly WorkerProcess[];
}

interface Known {
  readonly worker: WorkerProcess;
  readonly startedAt: number;
  last: WorkerMessage | undefined;
  /** Intervals without a message. Counted, because a machine that slept has let no interval pass, whatever the clock says. */
  silence: number;
}

/** Intervals of silence, after which a worker does not count as ready. */
const SILENT = 5;
/** After which it is stuck; the longer time is for one that has not listened yet. */
const STUCK = 30;
const STUCK_AT_START = 120;

/** Knows of no worker at first. */
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
      const heard = values().filter(({ silence }) => silence < SILENT);
      const messages = heard.flatMap(({ last }) => last ?? []);
      if (messages.some(({ objection }) => objection === undefined)) return undefined;
      return messages[0]?.objection ?? 'no worker is ready';
    },
    tick() {
      for (const one of known.values()) one.silence += 1;
      const limit = ({ last }: Known) => (last === undefined ? STUCK_AT_START : STUCK);
      return values()
        .filter((one) => one.silence >= limit(one))
        .map(({ worker }) => worker);
    },
  };
}
