import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Conversation {
  /** Sends a request as one line of JSON, and reads one line of JSON as its answer. */
  ask(request: object): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Starts a program that answers one request after the other. One process makes all calls of a
 * client that takes long to start.
 */
export function converse(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Conversation {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer: IteratorResult<string, undefined> = await answers.next();
      if (!answer.done) return JSON.parse(answer.value) as unknown;
      throw new Error(`${program} ended without an answer; what it printed is above`);
    },
    close: async () => {
      child.stdin.end();
      await closed;
    },
  };
}
