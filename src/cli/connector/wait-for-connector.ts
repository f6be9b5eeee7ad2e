import { Option } from 'commander';
import { ApiError } from '../api/api-error.ts';
import type { ConnectorClient } from '../api/connector-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { getConnectorAnswer, readAnswer } from '../api-command/api-answers.ts';
import { parseWholeNumber } from '../terminal/parse-option.ts';
import { printable } from '../terminal/print.ts';

export interface WaitOptions {
  /** Longest wait in seconds; undefined if the command does not wait. */
  readonly wait?: number;
}

const INTERVAL_MS = 1_000;

/** The exit code of every command for a result that is still pending. */
const PENDING = 3;

/** The option --wait, with or without a number of seconds. */
export function waitOption(what: string): Option {
  return new Option(
    '--wait [seconds]',
    `wait ${what}, for at most this many seconds (300 without a number)`,
  )
    .preset('300')
    .argParser(parseWholeNumber(1, 86_400));
}

/**
 * Waits until a new connector is ACTIVE. Returns the exit code: 0, or 3 after the given time.
 * @throws ApiError when it is FAILED
 */
export async function waitUntilActive(
  api: ConnectorClient,
  arn: string,
  seconds: number,
  world: AdminWorld,
): Promise<number> {
  return poll(seconds, `${arn} is still CREATING`, world, async () => {
    const { Connector } = readAnswer(
      getConnectorAnswer,
      await api.call('GetConnector', { ConnectorArn: arn }),
    );
    const { Status, StatusReason } = Connector;
    if (Status === 'CREATING') return false;
    if (Status === 'ACTIVE') return true;
    throw new ApiError(`${arn} is ${Status}${StatusReason ? `: ${StatusReason}` : ''}`);
  });
}

/** Waits until a deleted connector is gone. Returns the exit code: 0, or 3 after the given time. */
export async function waitUntilDeleted(
  api: ConnectorClient,
  arn: string,
  seconds: number,
  world: AdminWorld,
): Promise<number> {
  return poll(seconds, `${arn} is still DELETING`, world, async () => {
    try {
      await api.call('GetConnector', { ConnectorArn: arn });
      return false;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'ResourceNotFoundException') return true;
      throw error;
    }
  });
}

async function poll(
  seconds: number,
  unfinished: string,
  { clock, sleep, warn }: AdminWorld,
  isFinished: () => Promise<boolean>,
): Promise<number> {
  const deadline = clock().getTime() + seconds * 1000;
  while (!(await isFinished())) {
    if (clock().getTime() + INTERVAL_MS > deadline) {
      warn(`${printable(unfinished)} after ${seconds} seconds\n`);
      return PENDING;
    }
    await sleep(INTERVAL_MS);
  }
  return 0;
}
