import { createHash } from 'node:crypto';
import { z } from 'zod';
import { getEntry, putEntry } from '../store/collection.ts';
import type { PutWrite, RecordStore } from '../store/record-store.ts';
import { defineConnectorCollection } from './connector-collections.ts';
import { conflict, type ResourceType } from './connector-errors.ts';

/** What a ClientToken has made, for five minutes: in the partition in which it was made. */
const clientTokens = defineConnectorCollection(
  'client-tokens',
  z.strictObject({ resourceId: z.uuid(), parametersDigest: z.string() }),
);

const LIFETIME = 5 * 60_000;

/** A ClientToken as one call gives it. */
export interface ClientToken {
  readonly key: string;
  readonly parametersDigest: string;
}

/** `parameters` is what a repeated call must say again: JSON values, whose members may come in any order. */
export function clientToken(operation: string, token: string, parameters: object): ClientToken {
  return {
    key: digest(`${operation}/${token}`),
    parametersDigest: digest(JSON.stringify(parameters, withSortedMembers)),
  };
}

/**
 * The id of what an earlier call with this token made.
 * @throws AwsError ConflictException when that call said something else
 */
export async function findByClientToken(
  store: RecordStore,
  partition: string,
  token: ClientToken,
  resourceType: ResourceType,
  arnOf: (id: string) => string,
): Promise<string | undefined> {
  const entry = await getEntry(store, partition, clientTokens, token.key);
  if (entry === undefined) return undefined;
  const { resourceId, parametersDigest } = entry.value;
  if (parametersDigest === token.parametersDigest) return resourceId;
  const message = 'The ClientToken was used with other parameters within the last five minutes';
  throw conflict(resourceType, arnOf(resourceId), message);
}

/** The write that has a repeated call find what this one made, for five minutes. It fails when another call was first. */
export function rememberClientToken(
  { key, parametersDigest }: ClientToken,
  resourceId: string,
  now: number,
): PutWrite {
  const value = { resourceId, parametersDigest };
  return putEntry(clientTokens, key, value, { condition: 'absent', expiresAt: now + LIFETIME });
}

function withSortedMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
