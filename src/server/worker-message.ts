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
export const MESSAGE_INTERVAL = 1_000;
