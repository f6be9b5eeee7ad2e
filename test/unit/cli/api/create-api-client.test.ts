import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../../src/aws-wire/aws-error.ts';
import { ApiError } from '../../../../src/cli/api/api-error.ts';
import { CONNECTOR_SERVICE } from '../../../../src/cli/api/connector-service.ts';
import {
  type ApiClientSettings,
  createApiClient,
} from '../../../../src/cli/api/create-api-client.ts';
import {
  ACCESS_KEY,
  type FakeConnectorApi,
  SESSION_KEY,
  startFakeConnectorApi,
} from '../../../support/fakes/fake-connector-api.ts';

const ARN =
  'arn:aws:pca-connector-scep:us-east-1:111122223333:connector/11223344-1234-1122-2233-112233445566';

function client({ endpoint }: { endpoint: string }, overrides: Partial<ApiClientSettings> = {}) {
  const waits: number[] = [];
  const credentials = () =>
    Promise.resolve({ accessKeyId: ACCESS_KEY.id, secretAccessKey: ACCESS_KEY.secret });
  const api = createApiClient(CONNECTOR_SERVICE, {
    endpoint: new URL(endpoint),
    signer: { region: 'us-east-1', credentials },
    limits: { timeoutMs: 60_000, maxBody: 1_048_576 },
    clock: () => new Date(),
    sleep: (milliseconds) => Promise.resolve(waits.push(milliseconds)),
    random: () => 0.5,
    ...overrides,
  });
  return { api, waits };
}

async function failure(attempt: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('signing requests', () => {
  it.each([
    ['an ARN in the path', '', 'GetConnector', { ConnectorArn: ARN }],
    ['an ARN under a base path', '/base/', 'DeleteConnector', { ConnectorArn: ARN }],
    ['an ARN in the query', '', 'ListChallengeMetadata', { ConnectorArn: ARN, MaxResults: 7 }],
    ['a body', '', 'CreateChallenge', { ConnectorArn: ARN, Tags: { 'Ärger + €': 'a/b c' } }],
    ['no input', '', 'ListConnectors', {}],
    [
      'repeated parameters and special characters',
      '/b%20c',
      'UntagResource',
      { ResourceArn: ARN, TagKeys: ["a b+c!'()*&=%", 'ü', 'a'] },
    ],
  ] as const)(
    'signs a request with %s as the server verifies it',
    async (_, base, operation, input) => {
      const fake = await startFakeConnectorApi(base);
      await client(fake).api.call(operation, { ...input, NextToken: undefined });
      expect(fake.refused).toEqual([]);
      expect(fake.calls).toMatchObject([{ operation, input, region: 'us-east-1' }]);
      expect(fake.calls[0]?.input).toEqual(input);
      expect(fake.calls[0]?.target.startsWith(base)).toBe(true);
    },
  );

  it('signs with a session token', async () => {
    const fake = await startFakeConnectorApi();
    const { id, secret, token } = SESSION_KEY;
    const credentials = () =>
      Promise.resolve({ accessKeyId: id, secretAccessKey: secret, sessionToken: token });
    const { api } = client(fake, { signer: { region: 'us-east-1', credentials } });
    await api.call('ListConnectors', {});
    expect(fake.calls).toHaveLength(1);
  });

  it('is refused with a wrong secret, and does not try again', async () => {
    const fake = await startFakeConnectorApi();
    const credentials = () =>
      Promise.resolve({ accessKeyId: ACCESS_KEY.id, secretAccessKey: 'another' });
    const { api } = client(fake, { signer: { region: 'us-east-1', credentials } });
    const error = await failure(api.call('ListConnectors', {}));
    expect(error.message).toMatch(/^InvalidSignatureException: The request signature we/);
    expect(fake.refused).toEqual(['InvalidSignatureException']);
  });
});

describe('reading files', () => {
  it('sends a signed GET below the path of the endpoint', async () => {
    const fake = await startFakeConnectorApi();
    const seen: unknown[] = [];
    fake.behaviour.intercept = ({ url, headers }, response) => {
      seen.push([url, headers.authorization?.split(' ')[0]]);
      response.end('octets');
      return true;
    };
    const { api } = client({ endpoint: `${fake.endpoint}/base/` });
    expect(Buffer.from(await api.read('a/b.csv')).toString()).toBe('octets');
    expect(seen).toEqual([['/base/a/b.csv', 'AWS4-HMAC-SHA256']]);
  });

  it.each([
    [403, '{"__type":"AccessDeniedException","Message":"no"}', /^AccessDeniedException: no$/],
    [404, 'gone', /^HTTP 404 from something other than the API/],
    [204, '', /^the server answered HTTP 204 instead of a file$/],
  ])('reports why there is no file after HTTP %i', async (status, body, message) => {
    const fake = await startFakeConnectorApi();
    fake.behaviour.intercept = (_request, response) => {
      response.writeHead(status).end(body);
      return true;
    };
    expect((await failure(client(fake).api.read('x'))).message).toMatch(message);
  });
});

describe('refusals', () => {
  it('keeps the name, message and members of an error', async () => {
    const fake = await startFakeConnectorApi();
    fake.behaviour.answer = () => {
      throw new AwsError('ResourceNotFoundException', 'no such\u001b[2J\nconnector', {
        ResourceId: ARN,
        ResourceType: 'Connector',
      });
    };
    const error = await failure(client(fake).api.call('GetConnector', { ConnectorArn: ARN }));
    expect(error.code).toBe('ResourceNotFoundException');
    expect(error.message).toBe('ResourceNotFoundException: no such [2J connector');
    expect(error.members).toEqual({ ResourceId: ARN, ResourceType: 'Connector' });
  });

  it.each([
    [
      'an HTML page',
      404,
      'text/html',
      '<h1>Not Found</h1>',
      /HTTP 404 from something other than the API/,
    ],
    [
      'an HTML page with HTTP 200',
      200,
      'text/html',
      '<h1>Hi</h1>',
      /HTTP 200 from something other than the API/,
    ],
    ['JSON that is not an object', 200, 'application/json', '[]', /HTTP 200 from something other/],
    ['a redirect', 302, 'text/plain', '', /HTTP 302 from something other/],
    [
      'an error with only __type',
      400,
      'application/json',
      '{"__type":"a#Busy:b","message":"x"}',
      /^Busy: x$/,
    ],
  ])('reports %s as an error in one line', async (_, status, type, body, message) => {
    const fake = await startFakeConnectorApi();
    fake.behaviour.intercept = (_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
      return true;
    };
    expect((await failure(client(fake).api.call('ListConnectors', {}))).message).toMatch(message);
  });
});

describe('retries', () => {
  async function failing(times: number, fail: FakeConnectorApi['behaviour']['intercept']) {
    const fake = await startFakeConnectorApi();
    let count = 0;
    fake.behaviour.intercept = (request, response) => {
      count += 1;
      return count <= times && fail(request, response);
    };
    const { api, waits } = client(fake);
    const outcome = await api.call('ListConnectors', {}).catch((error: unknown) => error);
    return { outcome, waits, attempts: () => count };
  }

  it.each([
    ['429', 429],
    ['500', 500],
    ['503', 503],
  ])('tries twice more after HTTP %s, with growing pauses', async (_, status) => {
    const { outcome, waits, attempts } = await failing(2, (_request, response) => {
      response.writeHead(status).end();
      return true;
    });
    expect(outcome).toEqual({});
    expect(attempts()).toBe(3);
    expect(waits).toEqual([250, 500]);
  });

  it('tries again after a lost connection', async () => {
    const { outcome, attempts } = await failing(1, (_request, response) => {
      response.destroy();
      return true;
    });
    expect(outcome).toEqual({});
    expect(attempts()).toBe(2);
  });

  it('reports the last answer after three attempts', async () => {
    const { outcome, attempts } = await failing(9, (_request, response) => {
      response.writeHead(429, { 'x-amzn-errortype': 'ThrottlingException' });
      response.end('{"Message":"Rate exceeded"}');
      return true;
    });
    expect((outcome as Error).message).toBe('ThrottlingException: Rate exceeded');
    expect(attempts()).toBe(3);
  });

  it('reports why no answer came, with the server but not the path', async () => {
    const { outcome } = await failing(9, (_request, response) => {
      response.destroy();
      return true;
    });
    expect(outcome).toBeInstanceOf(ApiError);
    expect((outcome as Error).message).toMatch(
      /^ListConnectors at http:\/\/127\.0\.0\.1:\d+ failed: ECONNRESET$/,
    );
  });

  it('does not repeat a request that the API refuses', async () => {
    const fake = await startFakeConnectorApi();
    let count = 0;
    fake.behaviour.answer = () => {
      count += 1;
      throw new AwsError('ConflictException', 'x', { ResourceId: 'a', ResourceType: 'Connector' });
    };
    await failure(client(fake).api.call('ListConnectors', {}));
    expect(count).toBe(1);
  });
});
