import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readApiModel } from '../api-model/api-model.ts';
import { tempDirectory } from '../servers/temp-directory.ts';
import {
  type AwsAccess,
  type AwsAnswer,
  type AwsService,
  awsEnvironment,
  inLowerCase,
  type Members,
  type PrivateCaClient,
} from './aws-client.ts';
import { converse } from './converse.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** The interpreter that test/install-aws-clients.sh installs. */
export const PYTHON = path.join(ROOT, '.cache/aws-clients/bin/python');
const PROGRAM = path.resolve(import.meta.dirname, 'boto3-client.py');

/** The protocol's name in API models. */
const CBOR = 'smithy-rpc-v2-cbor';

const timestamp = z.strictObject({ datetime: z.iso.datetime({ offset: true }) });

const waited = z.strictObject({ failure: z.string().optional() });

/** boto3, which makes one call at a time. `env` is added to its environment. */
export function openBoto3(
  access: AwsAccess,
  service: AwsService = 'pca-connector-scep',
  env: Readonly<Record<string, string>> = {},
): PrivateCaClient {
  const given = { ...awsEnvironment(access), ...env };
  const { ask, close } = converse(PYTHON, [PROGRAM, service], given);
  return {
    call: async (operation, input = {}) => {
      const answer = await ask({ method: inLowerCase(operation, '_'), input });
      return answer as AwsAnswer;
    },
    list: async (operation, input, pageSize) => {
      const pages = await ask({ method: inLowerCase(operation, '_'), input, pageSize });
      return pages as readonly Members[];
    },
    waitUntil: async (waiter, input) => {
      const { failure } = waited.parse(await ask({ waiter: inLowerCase(waiter, '_'), input }));
      if (failure !== undefined) throw new Error(failure);
    },
    readTime: (value) => Date.parse(timestamp.parse(value).datetime),
    close,
  };
}

/** boto3 with our API model of Private CA, in which Smithy RPC v2 CBOR is the only protocol. */
export function openBoto3InCbor(access: AwsAccess): PrivateCaClient {
  const { metadata, ...model } = readApiModel('acm-pca');
  const directory = path.join(tempDirectory(), 'acm-pca/2017-08-22');
  mkdirSync(directory, { recursive: true });
  const protocol = { protocol: CBOR, protocols: [CBOR] };
  writeFileSync(
    path.join(directory, 'service-2.json'),
    JSON.stringify({ version: '2.0', ...model, metadata: { ...metadata, ...protocol } }),
  );
  return openBoto3(access, 'acm-pca', { AWS_DATA_PATH: path.resolve(directory, '../..') });
}
