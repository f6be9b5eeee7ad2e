import { expect, it } from 'vitest';
import { createRetryBudget } from '../../../../src/issuer/acm-pca/retry-budget.ts';

it('allows ten retries at once, and then one for ten calls', () => {
  const budget = createRetryBudget();
  const spent = () => {
    let retries = 0;
    while (budget.spend()) retries += 1;
    return retries;
  };
  const call = (times: number) => {
    for (let i = 0; i < times; i += 1) budget.earn();
  };
  call(1_000);
  expect(spent()).toBe(10);
  call(9);
  expect(spent()).toBe(0);
  call(2);
  expect(spent()).toBe(1);
  call(50);
  expect(spent()).toBe(5);
});
