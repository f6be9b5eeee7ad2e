import { MINUTE_MS } from '../../durations.ts';

/** `key` says which reports are of the same fault. */
export type ReportRarely = (key: string, message: string, cause?: unknown) => void;

/** Logs each transient fault at most once a minute. */
export function createRareReport(
  clock: () => number,
  report: (message: string, cause?: unknown) => void,
): ReportRarely {
  const reported = new Map<string, number>();
  return (key, message, cause) => {
    const now = clock();
    if (now - (reported.get(key) ?? Number.NEGATIVE_INFINITY) < MINUTE_MS) return;
    reported.set(key, now);
    report(message, cause);
  };
}
