import type { RunningConnector } from '../servers/start-connector.ts';

/**
 * The PKIOperations in the connector's log so far. A client may get its answer before the log line
 * is read here, so poll.
 */
export function loggedOperations({ stderr }: RunningConnector): readonly LoggedOperation[] {
  return stderr()
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Partial<LoggedOperation>)
    .filter((entry): entry is LoggedOperation => entry.messageType !== undefined);
}

interface LoggedOperation {
  readonly messageType: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'PENDING';
  readonly reason?: string;
}
