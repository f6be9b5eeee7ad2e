import { expect, it, vi } from 'vitest';
import { logRarely } from '../../../src/observability/log-rarely.ts';
import { createLogger } from '../../../src/observability/logger.ts';

it('logs the first event, then one line for all of ten seconds with the state of the last', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => lines.push(line) });
  const log = logRarely(logger, 'away', 'error');
  for (const detail of ['a', 'b', 'c']) log({ detail });
  vi.advanceTimersByTime(10_000);
  for (const detail of ['d', 'e']) log({ detail });
  vi.useRealTimers();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ level: 50, msg: 'away', times: 1, detail: 'a' }),
    expect.objectContaining({ level: 50, msg: 'away', times: 3, detail: 'd' }),
  ]);
});
