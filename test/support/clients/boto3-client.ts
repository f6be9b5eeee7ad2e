import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
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

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** The interpreter that test/install-aws-clients.sh installs. */
export const PYTHON = path.join(ROOT, '.cache/aws-clients/bin/python');
const PROGRAM = path.resolve(import.meta.dirname, 'boto3-client.py');

const timestamp = z.strictObject({ datetime: z.iso.datetime({ offset: true }) });

const waited = z.strictObject({ failure: z.string().optional() });

/**
 * boto3 in one process for all calls, because it takes a second to start. It makes one call at a
 * time.
 */
export function openBoto3(
  access: AwsAccess,
  service: AwsService = 'pca-connector-scep',
): PrivateCaClient {
  const child = spawn(PYTHON, [PROGRAM, service], {
    env: { ...process.env, ...awsEnvironment(access) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer: IteratorResult<string, undefined> = await answers.next();
    if (answer.done) throw new Error('boto3 ended without an answer; what it printed is above');
    return JSON.parse(answer.value);
  };
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
    close: async () => {
      child.stdin.end();
      await closed;
    },
  };
}
