import { UsageError } from '../../config/usage-error.ts';
import type { AdminWorld } from './admin-world.ts';

/** Goes on after a yes alone. @throws UsageError otherwise, and where nobody can be asked */
export async function confirm(question: string, { ask }: Pick<AdminWorld, 'ask'>): Promise<void> {
  const answer = await ask(`${question} [y/N] `);
  if (answer === undefined) throw new UsageError('nobody can be asked here: give --yes to go on');
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('nothing was done');
}
