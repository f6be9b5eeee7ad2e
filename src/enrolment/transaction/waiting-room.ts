/** Bounds how many requests wait for CAs at once: a slow CA leaves room for devices of others. */
export interface WaitingRoom {
  /** @returns whether there was a seat; the caller gives it back */
  take(): boolean;
  giveBack(): void;
}

/** @param seats how many requests may wait at the same time */
export function createWaitingRoom(seats: number): WaitingRoom {
  let free = seats;
  return {
    take() {
      if (free === 0) return false;
      free -= 1;
      return true;
    },
    giveBack() {
      free += 1;
    },
  };
}
