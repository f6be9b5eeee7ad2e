import { expect } from 'vitest';
import type { RefusedCall } from '../api-model/refused-calls.ts';
import type { RunningPrivateCaApi } from '../servers/start-private-ca-api.ts';
import type { PrivateCaClient } from './aws-client.ts';

/** Makes a call that is refused, and expects that the client knows its error by its class. */
export async function expectRecognised(
  client: PrivateCaClient,
  { action, error: name, input, losesRaceFor }: RefusedCall,
  running: Pick<RunningPrivateCaApi, 'loseNextCommit'>,
): Promise<void> {
  if (losesRaceFor !== undefined) running.loseNextCommit(losesRaceFor);
  const { status, error } = await client.call(action, input);
  const refused = { action, status, name: error?.name, class: error?.class };
  expect(refused).toEqual({ action, status: 400, name, class: name });
  expect(error?.message).toMatch(/^\S.{10}/);
}
