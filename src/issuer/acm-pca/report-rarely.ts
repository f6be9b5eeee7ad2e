/** Passes on what is new under its key, and what has not been said for a minute. */
export type ReportRarely = (key: string, message: string, cause?: unknown) => void;

const MINUTE = 60_000;

/** Troubles that pass are met by each of many devices: the log needs to hear of them, but not from every one. */
export function createRareReport(
  clock: () => number,
  report: (message: string, cause?: unknown) => void,
): ReportRarely {
  const reported = new Map<string, number>();
  return (key, message, cause) => {
    const now = clock();
    if (now - (reported.get(key) ?? Number.NEGATIVE_INFINITY) < MINUTE) return;
    reported.set(key, now);
    report(message, cause);
  };
}
