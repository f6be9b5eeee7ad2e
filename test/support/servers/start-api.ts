import { randomUUID } from 'node:crypto';
import { cbor } from '@smithy/core/cbor';
import type { AwsErrorCode } from '../../../src/aws-wire/aws-error.ts';
import type { Credential } from '../../../src/aws-wire/credential.ts';
import {
  createAuthenticator,
  createHeadCheck,
} from '../../../src/aws-wire/sigv4/create-authenticator.ts';
import { type ApiListenerDependencies, createApiListener } from '../../../src/http/api-listener.ts';
import { startListener } from '../../../src/http/start-listener.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { createSealer } from '../../../src/store/seal.ts';
import {
  type RequestToSign,
  signRequest,
  TEST_ACCESS_KEY,
  testCredential,
} from '../clients/sign-request.ts';
import { createFakeIssuer } from '../fakes/fake-issuer.ts';
import { openInMemoryRecordStore } from '../fakes/in-memory-record-store.ts';

export interface ApiReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The error name, as an SDK finds it. */
  readonly error: AwsErrorCode | undefined;
  /** The body as JSON or CBOR; {} when it is empty. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface RunningApi {
  readonly url: string;
  /** What was logged, as JSON lines. */
  readonly log: readonly string[];
  /** Sends a request signed with the test's access key. */
  send(request: RequestToSign): Promise<ApiReply>;
  stop(): Promise<void>;
}

/** The api listener on 127.0.0.1 over a store in memory. `parts` replace the defaults. */
export async function startApi(
  parts: Partial<ApiListenerDependencies> = {},
  credential: Partial<Credential> = {},
): Promise<RunningApi> {
  const log: string[] = [];
  const app = createApiListener({ ...testParts(credential, log), ...parts });
  const { url, drain } = await startListener(app, { host: '127.0.0.1', port: 0 });
  const send = async (request: RequestToSign) => {
    const { host } = new URL(url);
    const { method, target, headers, body } = await signRequest({ host, ...request });
    const init = {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
    };
    const answer = await fetch(url + target, body.length > 0 ? { ...init, body } : init);
    return readReply(answer);
  };
  return { url, log, send, stop: () => drain(0) };
}

function testParts(credential: Partial<Credential>, log: string[]): ApiListenerDependencies {
  const clock = Date.now;
  const known = testCredential(credential);
  const authentication = {
    findCredential: (id: string) => (id === TEST_ACCESS_KEY.accessKeyId ? known : undefined),
    clock,
    regions: ['us-east-1', 'eu-central-1', 'us-gov-west-1'],
  };
  return {
    authenticate: createAuthenticator(authentication),
    checkHead: createHeadCheck(authentication),
    gates: { limitRate: () => Promise.resolve(), resourceTags: () => Promise.resolve({}) },
    connectorApi: {
      store: openInMemoryRecordStore(clock),
      sealer: createSealer(Buffer.alloc(32, 1)),
      issuer: createFakeIssuer(),
      clock,
      randomUuid: randomUUID,
      enrolUrl: 'https://scep.example.com',
      quotas: { connectors: 1_000, challengesPerConnector: 1_000 },
      inBackground: () => undefined,
    },
    randomUuid: randomUUID,
    logger: createLogger('info', { write: (line) => log.push(line) }),
  };
}

export async function readReply(answer: Response): Promise<ApiReply> {
  const { status, headers } = answer;
  const octets = Buffer.from(await answer.arrayBuffer());
  const text = octets.toString();
  const isCbor = headers.get('content-type') === 'application/cbor';
  const read: unknown = isCbor ? cbor.deserialize(octets) : JSON.parse(text || '{}');
  const body = read as Record<string, unknown>;
  const name = headers.get('x-amzn-errortype') ?? body['__type'];
  const error = typeof name === 'string' ? name.replace(/^.*#/, '') : undefined;
  return { status, headers, text, body, error: error as AwsErrorCode | undefined };
}
