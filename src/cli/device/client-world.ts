import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EnrolEnvironment, readEnrolEnvironment } from '../../config/enrol-environment.ts';
import { print, warn } from '../terminal/print.ts';

/** The world as the client's commands see it, so that tests can bring their own. */
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
