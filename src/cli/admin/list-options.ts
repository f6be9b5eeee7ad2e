import { Option } from 'commander';
import { parseWholeNumber } from '../parse-option.ts';
import type { ApiOptions } from './api-options.ts';

/** The options of the commands that list something. */
export interface ListOptions extends ApiOptions {
  readonly maxItems?: number;
}

export function maxItemsOption(): Option {
  return new Option('--max-items <number>', 'no more than this (default: all)').argParser(
    parseWholeNumber(1, 999_999_999),
  );
}
