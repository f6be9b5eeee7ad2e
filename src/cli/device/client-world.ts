import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EnrolEnvironment, readEnrolEnvironment } from '../../config/enrol-environment.ts';
import { print, warn } from '../terminal/print.ts';

/** What the client commands use of the outside world; tests replace it. */
export interface ClientWorld {
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly environment: EnrolEnvironment;
  readonly clock: () => Date;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

export function thisWorld(): ClientWorld {
  return {
    print,
    warn,
    environment: readEnrolEnvironment(),
    clock: () => new Date(),
    randomBytes,
    sleep,
  };
}
