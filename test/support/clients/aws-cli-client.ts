import path from 'node:path';
import {
  type AwsAccess,
  type AwsAnswer,
  type AwsClient,
  awsEnvironment,
  inLowerCase,
  type Members,
} from './aws-client.ts';
import { runCommand } from './run-command.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** The command that test/install-aws-clients.sh installs. */
export const AWS = path.join(ROOT, '.cache/aws-clients/bin/aws');
/** The exit code when the service returned an error. */
const SERVICE_ERROR = 255;

/** The AWS CLI. Exit code and output are what a user sees; the HTTP status comes from --debug. */
export function openAwsCli(access: AwsAccess): AwsClient {
  const env = awsEnvironment(access);
  const run = (operation: string, input: Members, more: readonly string[]) =>
    runCommand(
      AWS,
      [
        ...['pca-connector-scep', inLowerCase(operation, '-'), '--output', 'json'],
        ...['--cli-input-json', JSON.stringify(input), ...more],
      ],
      { env },
    );
  return {
    call: async (operation, input = {}) =>
      readAnswer(await run(operation, input, ['--debug', '--no-paginate'])),
    list: async (operation, input, pageSize) => {
      const { code, stdout, stderr } = await run(operation, input, ['--page-size', `${pageSize}`]);
      if (code !== 0) throw new Error(stderr);
      return [JSON.parse(stdout) as Members];
    },
    readTime: (value) => {
      if (typeof value === 'number') return value * 1_000;
      throw new Error('the AWS CLI presents a timestamp as a number of seconds');
    },
    close: () => Promise.resolve(),
  };
}

function readAnswer(result: { code: number; stdout: string; stderr: string }): AwsAnswer {
  const { code, stdout, stderr } = result;
  const statuses = [...stderr.matchAll(/HTTP\/1\.1" (\d{3})/g)].map(([, digits]) => Number(digits));
  const status = statuses.at(-1);
  if (status === undefined) throw new Error(`aws exited with ${code}: ${stderr.slice(-2_000)}`);
  if (code === 0) return { status, output: JSON.parse(stdout || '{}') as Members };
  const [, name, message] =
    /^An error occurred \((\w+)\) when calling the \w+ operation[^:]*: (.*)$/m.exec(stderr) ?? [];
  if (code !== SERVICE_ERROR || name === undefined || message === undefined) {
    throw new Error(`aws exited with ${code}: ${stderr.slice(-2_000)}`);
  }
  return { status, error: { name, message, members: undefined } };
}
