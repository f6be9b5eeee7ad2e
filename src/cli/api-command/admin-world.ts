import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../config/usage-error.ts';
import { print, warn } from '../terminal/print.ts';

/** What the API commands use of the outside world; tests replace it. */
export interface AdminWorld {
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly clock: () => Date;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly randomUuid: () => string;
  /** The answer at the terminal; undefined without a terminal. */
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly setExitCode: (code: number) => void;
}

export function thisAdminWorld(): AdminWorld {
  return {
    print,
    warn,
    clock: () => new Date(),
    sleep,
    random: Math.random,
    randomUuid: randomUUID,
    ask: askAtTerminal,
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
}

async function askAtTerminal(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** Continues only after a yes. @throws UsageError otherwise, and without a terminal */
export async function confirm(question: string, { ask }: Pick<AdminWorld, 'ask'>): Promise<void> {
  const answer = await ask(`${question} [y/N] `);
  if (answer === undefined)
    throw new UsageError('there is no terminal to confirm at: use --yes to continue');
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('nothing was done');
}
