import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { parseEndpoint } from '../../config/parse-endpoint.ts';
import type { ApiClientOptions } from '../api/open-api-client.ts';
import { parseWholeNumber } from '../parse-option.ts';

/** The options that every administration command has. */
export interface ApiOptions extends ApiClientOptions {
  readonly json?: boolean;
}

export function addApiOptions(command: Command): void {
  command
    .optionsGroup('API:')
    .option('--endpoint <url>', 'URL of the API (default: as for AWS SDKs)', parseEndpointOption)
    .option('--region <name>', 'region (default: as for AWS SDKs)')
    .option('--profile <name>', 'profile of the AWS config and credentials files')
    .option('--tls-ca <pem>', "CAs to accept for https instead of Node's own")
    .option('--timeout <seconds>', 'for each request', parseWholeNumber(1, 600), 30)
    .option('--json', "print the API's answer as it is");
}

function parseEndpointOption(text: string): URL {
  const url = parseEndpoint(text);
  if (url !== undefined) return url;
  throw new InvalidArgumentError('It must be an http or https URL, without user and query.');
}
