import { KeyStoreError } from '../key-store.ts';

/** Waits for work on a token, for a limited time. */
export interface Patience {
  /**
   * The result of `work`, once `turn` has started it. A call into the module cannot be cancelled:
   * after the limit it goes on without anybody waiting, which `isAwaited` tells it. Work that has
   * not started by then does not start.
   * @throws KeyStoreError 'unavailable' after the limit, and at once while the maximum number of
   *   abandoned calls goes on
   */
  wait<T>(
    turn: (work: () => Promise<T>) => Promise<T>,
    work: (isAwaited: () => boolean) => Promise<T>,
  ): Promise<T>;
  /** Whether an abandoned call goes on. */
  hasAbandoned(): boolean;
}

/**
 * @param complaint the message of the error after the limit
 * @param most concurrent calls
 * @param limitMs how long to wait
 */
export function createPatience(complaint: string, most: number, limitMs: number): Patience {
  let abandoned = 0;
  const silence = () => new KeyStoreError('unavailable', complaint);
  return {
    hasAbandoned: () => abandoned > 0,
    async wait(turn, work) {
      if (abandoned >= most) throw silence();
      let hasBegun = false;
      let isOver = false;
      const done = turn(async () => {
        if (isOver) throw silence();
        hasBegun = true;
        return work(() => !isOver).finally(() => {
          if (isOver) abandoned -= 1;
        });
      });
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          isOver = true;
          if (hasBegun) abandoned += 1;
          reject(silence());
        }, limitMs);
      });
      return Promise.race([done, over]).finally(() => clearTimeout(timer));
    },
  };
}
