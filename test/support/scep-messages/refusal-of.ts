import { Refusal } from '../../../src/scep/refusal.ts';

/**
 * The Refusal that `decide` throws.
 * @throws Error when it throws none; any other error that it throws
 */
export function refusalOf(decide: () => unknown): Refusal {
  try {
    decide();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
