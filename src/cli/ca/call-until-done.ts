import { ApiError } from '../api/api-error.ts';
import type { ApiInput } from '../api/api-service.ts';
import type { PrivateCaAction, PrivateCaClient } from '../api/private-ca-service.ts';
import type { AnswerBody } from '../api/read-api-answer.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';

const INTERVAL_MS = 500;
/** An RSA key of 4096 bits takes seconds to make; AWS may take longer for any action. */
const PATIENCE_MS = 180_000;

/**
 * Repeats a call until its result is ready.
 * @throws ApiError RequestInProgressException after three minutes, or any other error of the API
 */
export async function callUntilDone(
  api: PrivateCaClient,
  action: PrivateCaAction,
  input: ApiInput,
  { clock, sleep }: Pick<AdminWorld, 'clock' | 'sleep'>,
): Promise<AnswerBody> {
  const deadline = clock().getTime() + PATIENCE_MS;
  for (;;) {
    try {
      return await api.call(action, input);
    } catch (error) {
      if (!isInProgress(error) || clock().getTime() >= deadline) throw error;
    }
    await sleep(INTERVAL_MS);
  }
}

export function isInProgress(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'RequestInProgressException';
}
