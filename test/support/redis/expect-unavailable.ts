import { StoreUnavailableError } from '../../../src/store/record-store.ts';
import { until } from './redis-process.ts';

/**
 * Calls until the store reports this error. On a busy machine the test's short timeout may pass
 * before the server has answered with it.
 * @throws Error when the store does not report it in time
 */
export async function expectUnavailable(
  words: RegExp,
  call: () => Promise<unknown>,
): Promise<void> {
  await until(`a refusal with ${words}`, async () => {
    const thrown = await call().catch((error: unknown) => error);
    return (thrown instanceof StoreUnavailableError && words.test(String(thrown))) || undefined;
  });
}
