const MOST_REMEMBERED = 10_000;

/**
 * Tells what is news from what was said in the last `quietMs`, for messages that come again and
 * again. It forgets everything once it remembers ten thousand.
 */
export function withoutRepeats(quietMs: number): (text: string) => boolean {
  const quietUntil = new Map<string, number>();
  return (text) => {
    const now = performance.now();
    if (now < (quietUntil.get(text) ?? 0)) return false;
    if (quietUntil.size === MOST_REMEMBERED) quietUntil.clear();
    quietUntil.set(text, now + quietMs);
    return true;
  };
}
