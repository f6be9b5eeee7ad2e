import { StoreUnavailableError } from '../../../src/store/record-store.ts';
import { until } from './redis-process.ts';

/**
 * Calls until the store is unavailable in these words: on a busy machine a time-out that is short for a test may pass before the
 * server has said them.
 * @throws Error when it does not come to that in time
 */
export async function refusedWith(words: RegExp, call: () => Promise<unknown>): Promise<void> {
  await until(`a refusal with ${words}`, async () => {
    const thrown = await call().catch((error: unknown) => error);
    return (thrown instanceof StoreUnavailableError && words.test(String(thrown))) || undefined;
  });
}
