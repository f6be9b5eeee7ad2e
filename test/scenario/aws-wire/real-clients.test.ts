import { createSecretKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ACMPCAClient, ListCertificateAuthoritiesCommand } from '@aws-sdk/client-acm-pca';
import ACMPCA from 'aws-sdk/clients/acmpca.js';
import PcaConnectorScep from 'aws-sdk/clients/pcaconnectorscep.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/aws-wire/caller.ts';
import type { Credential } from '../../../src/aws-wire/credential.ts';
import { createAuthenticator } from '../../../src/aws-wire/sigv4/create-authenticator.ts';
import type { SignedRequest } from '../../../src/aws-wire/sigv4/signed-request.ts';
import {
  TEST_ACCESS_KEY,
  TEST_SESSION_TOKEN,
  testCredential,
} from '../../support/clients/sign-request.ts';

interface Capture {
  readonly url: string;
  /** In the order of their arrival. */
  readonly requests: readonly SignedRequest[];
  stop(): Promise<void>;
}

function authenticate(request: SignedRequest, credential: Credential, now: number): Caller {
  const findCredential = () => credential;
  const regions = ['us-east-1', 'eu-central-1'];
  return createAuthenticator({ findCredential, clock: () => now, regions })(request);
}

const CONNECTOR =
  '/connectors/arn%3Aaws%3Apca-connector-scep%3Aus-east-1%3A111122223333%3Aconnector%2F11223344-1234-1122-2233-112233445566';
const ALGORITHM = 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1';
const HOST = ['Host', '127.0.0.1:23817'] as const;
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const TOKEN_HEADER = ['X-Amz-Security-Token', 'TOKEN=='] as const;
const BOTO3_DATE = ['X-Amz-Date', '20261122T023346Z'] as const;

/** Recorded from the clients; the secret is SECRET. */
const VECTORS: readonly (readonly [string, SignedRequest])[] = [
  [
    'aws-sdk 2: GetConnector',
    {
      method: 'GET',
      target: CONNECTOR,
      headers: [
        HOST,
        ['X-Amz-Date', '20261122T023430Z'],
        ['X-Amz-Content-Sha256', EMPTY_HASH],
        [
          'Authorization',
          `${ALGORITHM}/pca-connector-scep/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=482ce1949dc48001847c5760f2ce4117ae8bae74868aa5c9f8661b3602f4133a`,
        ],
      ],
      body: Buffer.alloc(0),
    },
  ],
  [
    'boto3: GetConnector',
    {
      method: 'GET',
      target: CONNECTOR,
      headers: [
        HOST,
        BOTO3_DATE,
        TOKEN_HEADER,
        [
          'Authorization',
          `${ALGORITHM}/pca-connector-scep/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=2b25028ecff89dc15060605b18740614be9ed96cd7d269771d3d3305d738f4e7`,
        ],
      ],
      body: Buffer.alloc(0),
    },
  ],
  [
    'boto3: ListCertificateAuthorities',
    {
      method: 'POST',
      target: '/',
      headers: [
        HOST,
        ['Content-Type', 'application/x-amz-json-1.1'],
        ['X-Amz-Target', 'ACMPrivateCA.ListCertificateAuthorities'],
        BOTO3_DATE,
        TOKEN_HEADER,
        [
          'Authorization',
          `${ALGORITHM}/acm-pca/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=ce572440c8f0c6b5127318d763acb4315fc35c2853ce2f2f15bba9d903a5d5cd`,
        ],
      ],
      body: Buffer.from('{"MaxResults": 1}'),
    },
  ],
];

it.each(VECTORS)('the server accepts a recorded request of %s', (_, request) => {
  const hasToken = request.headers.includes(TOKEN_HEADER);
  const credential = testCredential({
    secretAccessKey: createSecretKey('SECRET', 'utf8'),
    sessionToken: hasToken ? createSecretKey('TOKEN==', 'utf8') : undefined,
  });
  const caller = authenticate(request, credential, Date.parse('2026-11-22T02:34:00Z'));
  expect(caller).toMatchObject({ accountId: '111122223333', region: 'us-east-1' });
});

describe('the server accepts requests of', () => {
  const ARN = 'arn:aws:pca-connector-scep:eu-central-1:111122223333:connector/a-b c&d+e~(f)*\u00fc';
  const { accessKeyId, secretAccessKey } = TEST_ACCESS_KEY;
  const plain = { accessKeyId, secretAccessKey };
  let server: Capture;
  beforeAll(async () => {
    server = await captureRequests();
  });
  afterAll(() => server.stop());

  const sdk2 = (credentials = {}) => ({
    endpoint: server.url,
    region: 'eu-central-1',
    credentials: { ...plain, ...credentials },
    maxRetries: 0,
  });

  it.each<readonly [string, string, () => Promise<unknown>]>([
    ['GetConnector', 'GET', () => scep().getConnector({ ConnectorArn: ARN }).promise()],
    [
      'CreateConnector',
      'POST',
      () =>
        scep()
          .createConnector({ CertificateAuthorityArn: ARN, Tags: { a: 'ü' } })
          .promise(),
    ],
    [
      'UntagResource',
      'DELETE',
      () => {
        const TagKeys = ['b c', 'a&b=c', 'a+b', 'a/%2F', 'ü~', 'a'];
        return scep().untagResource({ ResourceArn: ARN, TagKeys }).promise();
      },
    ],
    ['ListConnectors', 'GET', () => scep().listConnectors({ MaxResults: 5 }).promise()],
    [
      'DescribeCertificateAuthority',
      'POST',
      () =>
        new ACMPCA(sdk2()).describeCertificateAuthority({ CertificateAuthorityArn: ARN }).promise(),
    ],
  ])('aws-sdk 2: %s', async (_, method, call) => {
    await call();
    const request = server.requests.at(-1) as SignedRequest;
    expect(request.method).toBe(method);
    expect(authenticate(request, testCredential(), Date.now()).region).toBe('eu-central-1');
  });

  function scep(credentials = {}) {
    return new PcaConnectorScep(sdk2(credentials));
  }

  it('aws-sdk 2 with a session token', async () => {
    await scep({ sessionToken: TEST_SESSION_TOKEN }).listConnectors().promise();
    const sessionToken = createSecretKey(TEST_SESSION_TOKEN, 'utf8');
    const request = server.requests.at(-1) as SignedRequest;
    const caller = authenticate(request, testCredential({ sessionToken }), Date.now());
    expect(caller.service).toBe('pca-connector-scep');
  });

  it('client-acm-pca of SDK 3, under a base path', async () => {
    const client = new ACMPCAClient({
      endpoint: `${server.url}/base`,
      region: 'eu-central-1',
      credentials: { ...plain, sessionToken: TEST_SESSION_TOKEN },
    });
    await client.send(new ListCertificateAuthoritiesCommand({ MaxResults: 1 }));
    const sessionToken = createSecretKey(TEST_SESSION_TOKEN, 'utf8');
    const request = server.requests.at(-1) as SignedRequest;
    expect(request.target).toMatch(/^\/base/);
    const caller = authenticate(request, testCredential({ sessionToken }), Date.now());
    expect(caller.service).toBe('acm-pca');
  });
});

/** A server on 127.0.0.1 that keeps every request and answers {}. */
async function captureRequests(): Promise<Capture> {
  const requests: SignedRequest[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { method = '', url: target = '', rawHeaders } = request;
      requests.push({ method, target, headers: pairs(rawHeaders), body });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  return rawHeaders.flatMap((name, i) => (i % 2 ? [] : [[name, rawHeaders[i + 1] ?? ''] as const]));
}
