import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseEndpoint } from '../../config/setting-kinds.ts';
import type { ApiClientOptions } from '../api/open-api-client.ts';
import { parseWholeNumber } from '../terminal/parse-option.ts';

/** The options that every API command has. */
export interface ApiOptions extends ApiClientOptions {
  readonly json?: boolean;
}

export function addApiOptions(command: Command): void {
  command
    .optionsGroup('API:')
    .option('--endpoint <url>', 'URL of the API (default: as for AWS SDKs)', parseEndpointOption)
    .option('--region <name>', 'AWS region (default: as for AWS SDKs)')
    .option('--profile <name>', 'profile in the AWS config and credentials files')
    .option('--tls-ca <pem>', 'file of the CAs to trust for https instead of those of Node.js')
    .option('--timeout <seconds>', 'longest time for each request', parseWholeNumber(1, 600), 30)
    .option('--json', 'print the answer of the API as JSON');
}

function parseEndpointOption(text: string): URL {
  const url = parseEndpoint(text);
  if (url !== undefined) return url;
  throw new InvalidArgumentError('It must be an http or https URL, without user and query.');
}

/** The options of the commands that list something. */
export interface ListOptions extends ApiOptions {
  readonly maxItems?: number;
}

export function maxItemsOption(): Option {
  return new Option('--max-items <number>', 'longest list to print (default: all)').argParser(
    parseWholeNumber(1, 999_999_999),
  );
}

export type TagMap = Readonly<Record<string, string>>;

/** Parses key=value, for commander; repeatable. The value may be empty or hold equals signs. */
export function parseTag(text: string, previous: TagMap = {}): TagMap {
  const split = text.indexOf('=');
  if (split < 1) throw new InvalidArgumentError('It must be key=value.');
  const key = text.slice(0, split);
  if (Object.hasOwn(previous, key)) throw new InvalidArgumentError(`${key} is given twice.`);
  return { ...previous, [key]: text.slice(split + 1) };
}
