/** So many keys are being derived that one more would wait too long. It may work later. */
export class DerivationBusyError extends Error {
  override readonly name = 'DerivationBusyError';
}

/** A derivation takes up to 30 ms, so the last in the queue waits for a quarter of a second. */
const MAX_WAITING = 8;

/**
 * Runs one derivation after the other: a stranger decides what each costs, and those of many
 * requests at once would leave no thread for anything else.
 */
export function createDerivationLane(
  maxWaiting = MAX_WAITING,
): <T>(derive: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (derive) => {
    if (waiting > maxWaiting) throw new DerivationBusyError('too many keys are being derived');
    waiting += 1;
    const turn = last.then(derive);
    last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      waiting -= 1;
    }
  };
}
