import { expect, it, vi } from 'vitest';
import { createRareReport } from '../../../../src/issuer/acm-pca/report-rarely.ts';

it('reports each key once a minute, with the latest message', () => {
  const time = { now: 0 };
  const report = vi.fn();
  const rarely = createRareReport(() => time.now, report);
  rarely('a', 'one', 'cause');
  rarely('a', 'two');
  rarely('b', 'three');
  time.now += 59_999;
  rarely('a', 'four');
  time.now += 1;
  rarely('a', 'five');
  expect(report.mock.calls).toEqual([
    ['one', 'cause'],
    ['three', undefined],
    ['five', undefined],
  ]);
});
