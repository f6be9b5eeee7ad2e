/** Bounds how many requests wait for their CAs at a time, so that a CA that is slow or away leaves room for the devices of others. */
export interface WaitingRoom {
  /** Whether there was a seat. Whoever has one gives it back. */
  take(): boolean;
  giveBack(): void;
}

/** @param seats how many may wait at the same time */
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
