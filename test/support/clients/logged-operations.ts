import type { RunningConnector } from '../servers/start-connector.ts';

/**
 * What the log says of the PKIOperations that a connector has answered so far. A client may have its answer before the log is read
 * here: poll.
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
