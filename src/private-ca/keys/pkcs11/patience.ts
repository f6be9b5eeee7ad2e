import { KeyStoreError } from '../key-store.ts';

/** Waits for work on a token, and no longer than it is worth. */
export interface Patience {
  /**
   * What comes of `work`, which `turn` begins, and which is told whether it is still waited for. A call into the module can be left, not
   * ended: it goes on when nobody waits for it any more. What has not begun by then does not begin.
   * @throws KeyStoreError 'unavailable' when the time is over, and at once while as many calls as can be have been left
   */
  wait<T>(
    turn: (work: () => Promise<T>) => Promise<T>,
    work: (isAwaited: () => boolean) => Promise<T>,
  ): Promise<T>;
  /** Whether a call that has been left goes on. */
  hasLeft(): boolean;
}

/** @param complaint what is said when the time is over @param most calls at once @param limit milliseconds */
export function createPatience(complaint: string, most: number, limit: number): Patience {
  let left = 0;
  const silence = () => new KeyStoreError('unavailable', complaint);
  return {
    hasLeft: () => left > 0,
    async wait(turn, work) {
      if (left >= most) throw silence();
      let hasBegun = false;
      let isOver = false;
      const done = turn(async () => {
        if (isOver) throw silence();
        hasBegun = true;
        return work(() => !isOver).finally(() => {
          if (isOver) left -= 1;
        });
      });
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          isOver = true;
          if (hasBegun) left += 1;
          reject(silence());
        }, limit);
      });
      return Promise.race([done, over]).finally(() => clearTimeout(timer));
    },
  };
}
