import path from 'node:path';
import { z } from 'zod';
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

const timestamp = z.strictObject({ datetime: z.iso.datetime({ offset: true }) });

const waited = z.strictObject({ failure: z.string().optional() });

/** boto3, which makes one call at a time. */
export function openBoto3(
  access: AwsAccess,
  service: AwsService = 'pca-connector-scep',
): PrivateCaClient {
  const { ask, close } = converse(PYTHON, [PROGRAM, service], awsEnvironment(access));
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
