import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { AWS_RATES, DEFAULT_RATES } from '../../../src/aws-wire/default-rates.ts';

const { resolve } = createRequire(import.meta.url);

function operationsOf(model: string): string[] {
  const file = readFileSync(resolve(`aws-sdk/apis/${model}.min.json`), 'utf8');
  return Object.keys((JSON.parse(file) as { operations: object }).operations);
}

it('every operation of both APIs has a rate, and nothing else does', () => {
  const operations = ['pca-connector-scep-2018-05-10', 'acm-pca-2017-08-22'].flatMap(operationsOf);
  expect(operations).toHaveLength(12 + 23);
  expect(Object.keys(AWS_RATES).sort()).toEqual(operations.sort());
  expect(Object.keys(DEFAULT_RATES).sort()).toEqual(operations);
});

it('no default rate is below that of AWS', () => {
  for (const [name, rate] of Object.entries(AWS_RATES)) {
    expect(DEFAULT_RATES[name]).toBeGreaterThanOrEqual(rate);
  }
});
