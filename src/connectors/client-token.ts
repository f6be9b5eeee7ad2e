import { createHash } from 'node:crypto';
import { z } from 'zod';
import { MINUTE_MS } from '../durations.ts';
import { getEntry, putEntry, storedObject } from '../store/collection.ts';
import type { PutWrite, RecordStore } from '../store/record-store.ts';
import { defineConnectorCollection } from './connector-collections.ts';
import { conflict, type ResourceType } from './connector-errors.ts';

/** The resource that a ClientToken created, in the resource's partition, for five minutes. */
const clientTokens = defineConnectorCollection(
  'client-tokens',
  storedObject({ resourceId: z.uuid(), parametersDigest: z.string() }),
);

const LIFETIME_MS = 5 * MINUTE_MS;

/** The ClientToken of one call, with what that call asked for. */
export interface ClientToken {
  readonly key: string;
  readonly parametersDigest: string;
}

/** @param parameters JSON values that a repeated call must repeat; the order of members is free */
export function clientToken(operation: string, token: string, parameters: object): ClientToken {
  return {
    key: digest(`${operation}/${token}`),
    parametersDigest: digest(JSON.stringify(parameters, withSortedMembers)),
  };
}

interface TokenScope {
  readonly partition: string;
  readonly type: ResourceType;
  readonly arnOf: (id: string) => string;
}

/**
 * The id of the resource that an earlier call with this token created.
 * @throws AwsError ConflictException when that call had other parameters
 */
export async function findByClientToken(
  store: RecordStore,
  { partition, type, arnOf }: TokenScope,
  token: ClientToken,
): Promise<string | undefined> {
  const entry = await getEntry(store, partition, clientTokens, token.key);
  if (entry === undefined) return undefined;
  const { resourceId, parametersDigest } = entry.value;
  if (parametersDigest === token.parametersDigest) return resourceId;
  const message = 'The ClientToken was used with other parameters within the last five minutes';
  throw conflict(type, arnOf(resourceId), message);
}

/** Makes repeated calls find this resource for five minutes; fails when another call was first. */
export function rememberClientToken(
  { key, parametersDigest }: ClientToken,
  resourceId: string,
  now: number,
): PutWrite {
  const value = { resourceId, parametersDigest };
  return putEntry(clientTokens, key, value, { condition: 'absent', expiresAt: now + LIFETIME_MS });
}

function withSortedMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
