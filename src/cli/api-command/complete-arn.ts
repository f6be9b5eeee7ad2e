import { UsageError } from '../../config/usage-error.ts';
import type { ConnectorClient } from '../api/connector-service.ts';
import { connectorDescription, readAnswer } from './api-answers.ts';
import { collectItems, listItems } from './list-items.ts';

/** Help text of an argument that names a connector. */
export const CONNECTOR_ARGUMENT = 'ARN or id of the connector, or the beginning of its id';

/** Shorter ones would match by chance. */
const ID_PREFIX = /^[0-9a-f-]{4,36}$/;

/** The ARN of a connector. @throws UsageError as `completeId` does */
export function completeArn(api: ConnectorClient, text: string): Promise<string> {
  return completeId(text, 'connector', async () => {
    const connectors = listItems(api, { operation: 'ListConnectors', member: 'Connectors' });
    return (await collectItems(connectors, Number.POSITIVE_INFINITY)).map(
      (item) => readAnswer(connectorDescription, item).Arn,
    );
  });
}

/**
 * Completes an argument to an ARN. It is an ARN already, or the beginning of the id of a listed
 * resource.
 * @throws UsageError when it is neither, or no id or several ids begin with it
 */
export async function completeId(
  text: string,
  kind: string,
  listArns: () => Promise<readonly string[]>,
): Promise<string> {
  if (text.startsWith('arn:')) return text;
  const id = text.toLowerCase();
  if (!ID_PREFIX.test(id)) {
    throw new UsageError(`${text} is neither an ARN nor the beginning of a ${kind}'s id`);
  }
  const arns = (await listArns()).filter((arn) => idOf(arn).startsWith(id));
  const [arn, ...others] = arns;
  if (arn !== undefined && others.length === 0) return arn;
  throw new UsageError(
    arn === undefined
      ? `there is no ${kind} whose id begins with ${text}`
      : `${arns.length} ${kind}s have an id that begins with ${text}; write more of it`,
  );
}

/** The last part of an ARN. */
export function idOf(arn: string): string {
  return arn.split('/').at(-1) ?? arn;
}
