import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export type Answer = Readonly<Record<string, unknown>>;

/** What an action answers; an error has `__type` and `message`. */
export type Answers = Record<string, (input: Answer) => Answer>;

export interface FakeAcmPca {
  readonly endpoint: string;
  /** They may be changed while it runs. */
  readonly answers: Answers;
  /** What it was asked so far, in order. */
  readonly calls: readonly { readonly action: string; readonly input: Answer }[];
  /** How often an action was asked. */
  count(action: string): number;
}

/** AWS Private CA in JSON 1.1 with answers that a test writes; it looks at no signature. */
export async function startFakeAcmPca(answers: Answers): Promise<FakeAcmPca> {
  const calls: { action: string; input: Answer }[] = [];
  const server = createServer((request, response) => {
    const action = String(request.headers['x-amz-target']).replace('ACMPrivateCA.', '');
    void text(request).then((body) => {
      const input = JSON.parse(body) as Answer;
      calls.push({ action, input });
      const answer = answers[action]?.(input) ?? { __type: 'UnknownOperationException' };
      response.writeHead('__type' in answer ? 400 : 200).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...{ answers, calls },
    endpoint: `http://127.0.0.1:${port}`,
    count: (action) => calls.filter((call) => call.action === action).length,
  };
}
