import { createSecretKey } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { AwsError } from '../../../src/aws-wire/aws-error.ts';
import type { WireReply } from '../../../src/aws-wire/codec.ts';
import { matchRoute } from '../../../src/aws-wire/rest-json/match-route.ts';
import { readRestJsonInput } from '../../../src/aws-wire/rest-json/read-rest-json-input.ts';
import {
  renderRestJson,
  renderRestJsonError,
} from '../../../src/aws-wire/rest-json/render-rest-json.ts';
import { createAuthenticator } from '../../../src/aws-wire/sigv4/create-authenticator.ts';
import {
  OPERATIONS,
  type OperationName,
} from '../../../src/connector-api/operations/operations.ts';

export interface ApiCall {
  readonly operation: OperationName;
  readonly input: Readonly<Record<string, unknown>>;
  /** The request target as received. */
  readonly target: string;
  readonly region: string;
}

export interface FakeConnectorApi {
  readonly endpoint: string;
  /** The calls that authenticated and met the schema of their operation. */
  readonly calls: ApiCall[];
  /** The names of the errors that were returned before an operation was reached. */
  readonly refused: string[];
  readonly behaviour: {
    /** @throws AwsError to answer with that error */
    answer: (call: ApiCall, count: number) => unknown;
    /** Answers in place of the API when it returns true. */
    intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  };
}

export const ACCESS_KEY = { id: 'AKIDADMINISTRATOR', secret: 'secret-of-the-administrator' };
const SESSION = {
  id: 'ASIASESSION000000',
  secret: 'secret-of-the-session',
  token: 'token-of-it==',
};
export const SESSION_KEY = SESSION;

/**
 * A fake API: real signatures, routes and schemas, and answers that the test chooses. It ends with
 * the test file.
 */
export async function startFakeConnectorApi(basePath = ''): Promise<FakeConnectorApi> {
  const fake: Omit<FakeConnectorApi, 'endpoint'> = {
    ...{ calls: [], refused: [] },
    behaviour: { answer: () => undefined, intercept: () => false },
  };
  const server = createServer((request, response) => {
    if (fake.behaviour.intercept(request, response)) return;
    answer(fake, request)
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { ...fake, endpoint: `http://127.0.0.1:${port}${basePath}` };
}

const authenticate = createAuthenticator({
  clock: Date.now,
  regions: ['us-east-1', 'us-west-2', 'eu-central-1'],
  findCredential: (accessKeyId) =>
    [ACCESS_KEY, SESSION]
      .filter(({ id }) => id === accessKeyId)
      .map((key) => ({
        accessKeyId,
        secretAccessKey: createSecretKey(key.secret, 'utf8'),
        ...('token' in key ? { sessionToken: createSecretKey(key.token as string, 'utf8') } : {}),
        accountId: '111122223333',
        userName: 'administrator',
      }))[0],
});

async function answer(
  { calls, refused, behaviour }: Omit<FakeConnectorApi, 'endpoint'>,
  request: IncomingMessage,
): Promise<WireReply> {
  let reached = false;
  try {
    const call = await readCall(request);
    calls.push(call);
    reached = true;
    const { status } = OPERATIONS[call.operation].http;
    return renderRestJson(status, behaviour.answer(call, calls.length));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (!reached) refused.push(error.code);
    return renderRestJsonError(error);
  }
}

async function readCall(request: IncomingMessage): Promise<ApiCall> {
  const { method = '', url: target = '', rawHeaders } = request;
  const body = await buffer(request);
  const headers = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? ''] as const] : [],
  );
  const { region } = authenticate({ method, target, headers, body });
  const [path = '', query = ''] = target.split('?');
  const { name, labels } = matchRoute(OPERATIONS, method, path);
  const input = readRestJsonInput(OPERATIONS[name], { labels, query, body });
  if (!OPERATIONS[name].input.safeParse(input).success) {
    throw new AwsError('ValidationException', `the input of ${name} does not meet its schema`);
  }
  return { operation: name, input, target, region };
}
