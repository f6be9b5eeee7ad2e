import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationName } from '../../src/connector-api/operations/operations.ts';
import type { AwsAnswer, AwsClient, Members } from '../support/clients/aws-client.ts';
import { openAwsSdk } from '../support/clients/aws-sdk-client.ts';
import { connectorClients } from '../support/clients/connector-clients.ts';
import { enrolDevice } from '../support/clients/enrol-device.ts';
import { expectIssued } from '../support/clients/expect-issued.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const CONNECTOR_ARN = new RegExp(`^arn:aws:pca-connector-scep:us-east-1:0{12}:connector/${UUID}$`);
/** A page has 100 of them. */
const MANY = 250;
const begun = Date.now();

let server: RunningConnector;
/** Existing connectors and challenges, besides those that the tests make. */
let manyConnectors: readonly string[];
let manyChallenges: readonly string[];

beforeAll(async () => {
  server = await startConnector();
  const sdk = openAwsSdk(server.ready);
  const { certificateAuthorityArn, connectorArn } = server.ready;
  // A connector whose CA does not exist becomes FAILED and needs no RSA key.
  const nowhere = certificateAuthorityArn.slice(0, -36) + randomUUID();
  manyConnectors = await times(MANY, async () => {
    const made = await sdk.call('CreateConnector', { CertificateAuthorityArn: nowhere });
    return String(made.output?.['ConnectorArn']);
  });
  manyChallenges = await times(MANY, async () => {
    const made = await sdk.call('CreateChallenge', { ConnectorArn: connectorArn });
    const { Arn, Password } = (made.output?.['Challenge'] ?? {}) as Members;
    server.keepSecret(String(Password));
    return String(Arn);
  });
});

/** stop() checks that no secret was logged. */
afterAll(() => server.stop());

it('a connector without its CA becomes FAILED', async () => {
  const sdk = openAwsSdk(server.ready);
  const [ConnectorArn] = manyConnectors;
  await expect
    .poll(async () => (await sdk.call('GetConnector', { ConnectorArn })).output?.['Connector'])
    .toMatchObject({ Status: 'FAILED' });
});

for (const { name, installed, open } of connectorClients()) {
  describe.runIf(installed)(name, () => {
    let client: AwsClient;
    let connector: string;
    let challenge: string;
    let password: string;
    let endpoint: string;
    const clientToken = randomUUID();

    beforeAll(() => {
      client = open(server.ready);
    });
    afterAll(() => client.close());

    /** Calls an operation that must succeed with this status. */
    async function call(
      status: number,
      operation: OperationName,
      input: Members,
    ): Promise<Members> {
      const answer = await client.call(operation, input);
      expect(answer).toEqual({ status, output: expect.anything() as unknown });
      return answer.output ?? {};
    }

    /** Expects an error, and its members where the client shows them. */
    async function refused(
      operation: OperationName,
      input: Members,
      expected: { status: number; name: string; message: RegExp; members: Members },
    ): Promise<void> {
      const answer: AwsAnswer = await client.call(operation, input);
      const { status, name: errorName, message, members } = expected;
      expect(answer).toMatchObject({ status, error: { name: errorName } });
      expect(answer.error?.message).toMatch(message);
      if (answer.error?.members !== undefined) expect(answer.error.members).toMatchObject(members);
    }

    const gone = (operation: OperationName, input: Members, type: string, arn: string) =>
      refused(operation, input, {
        ...{ status: 404, name: 'ResourceNotFoundException', message: /does not exist$/ },
        members: { ResourceId: arn, ResourceType: type },
      });

    function expectRecent(...values: readonly unknown[]): void {
      for (const value of values) {
        // The client may have dropped the milliseconds.
        expect(client.readTime(value)).toBeGreaterThan(begun - 1_000);
        expect(client.readTime(value)).toBeLessThanOrEqual(Date.now());
      }
    }

    const creation = () => ({
      CertificateAuthorityArn: server.ready.certificateAuthorityArn,
      ClientToken: clientToken,
      Tags: { client: name, 'scep:validity-max': '30d' },
    });

    it('CreateConnector makes one connector for a ClientToken', async () => {
      const { ConnectorArn } = await call(202, 'CreateConnector', creation());
      expect(ConnectorArn).toMatch(CONNECTOR_ARN);
      connector = String(ConnectorArn);
      expect(await call(202, 'CreateConnector', creation())).toEqual({ ConnectorArn });
      await refused(
        'CreateConnector',
        { ...creation(), Tags: {} },
        {
          ...{ status: 409, name: 'ConflictException', message: /ClientToken/ },
          members: { ResourceId: connector, ResourceType: 'Connector' },
        },
      );
    });

    it('GetConnector shows the connector until it is ACTIVE', async () => {
      const shown = await untilActive();
      expect(shown).toEqual({
        Arn: connector,
        CertificateAuthorityArn: server.ready.certificateAuthorityArn,
        Type: 'GENERAL_PURPOSE',
        Status: 'ACTIVE',
        Endpoint: expect.stringContaining(`${server.ready.enrolUrl}/scep/000000000000-`) as string,
        CreatedAt: expect.anything() as unknown,
        UpdatedAt: expect.anything() as unknown,
      });
      expectRecent(shown['CreatedAt'], shown['UpdatedAt']);
      endpoint = String(shown['Endpoint']);
      server.keepSecret(endpoint.slice(endpoint.lastIndexOf('/') + 1));
    });

    async function untilActive(): Promise<Members> {
      for (;;) {
        const shown = await call(200, 'GetConnector', { ConnectorArn: connector });
        const { Status, ...more } = shown['Connector'] as Members;
        if (Status === 'ACTIVE') return { Status, ...more };
        expect(Status).toBe('CREATING');
        await sleep(200);
      }
    }

    it('CreateChallenge, GetChallengePassword and GetChallengeMetadata show one challenge', async () => {
      const request = { ConnectorArn: connector, Tags: { a: '1' }, ClientToken: clientToken };
      const made = await call(202, 'CreateChallenge', request);
      const { Password, ...metadata } = made['Challenge'] as Members;
      password = String(Password);
      challenge = String(metadata['Arn']);
      server.keepSecret(password);
      expect(password).toMatch(new RegExp(`^${UUID}$`));
      expect(metadata).toEqual({
        Arn: expect.stringMatching(new RegExp(`^${connector}/challenge/${UUID}$`)) as string,
        ConnectorArn: connector,
        CreatedAt: expect.anything() as unknown,
        UpdatedAt: expect.anything() as unknown,
      });
      expectRecent(metadata['CreatedAt'], metadata['UpdatedAt']);
      expect(await call(202, 'CreateChallenge', request)).toEqual(made);
      const named = { ChallengeArn: challenge };
      expect(await call(200, 'GetChallengePassword', named)).toEqual({ Password });
      expect(await call(200, 'GetChallengeMetadata', named)).toEqual({
        ChallengeMetadata: metadata,
      });
    });

    it('a device enrols with the challenge', async () => {
      const { caFingerprintSha256, caCertificateFile } = server.ready;
      const device = { url: endpoint, caFingerprint: caFingerprintSha256, subject: 'CN=device' };
      const { code, stderr, certificateFile } = await enrolDevice({
        ...device,
        challenge: password,
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      await expectIssued(certificateFile, caCertificateFile, { subject: 'CN=device' });
      const [other = ''] = manyChallenges;
      const wrong = await enrolDevice({ ...device, challenge: path.basename(other) });
      expect(wrong.code).toBe(1);
    });

    it('TagResource and UntagResource change what ListTagsForResource shows', async () => {
      for (const arn of [connector, challenge]) {
        const before = await call(200, 'ListTagsForResource', { ResourceArn: arn });
        const tags = { 'team / EU': 'größe +=', empty: '' };
        await call(204, 'TagResource', { ResourceArn: arn, Tags: tags });
        expect(await call(200, 'ListTagsForResource', { ResourceArn: arn })).toEqual({
          Tags: { ...(before['Tags'] as Members), ...tags },
        });
        await call(204, 'UntagResource', { ResourceArn: arn, TagKeys: Object.keys(tags) });
        expect(await call(200, 'ListTagsForResource', { ResourceArn: arn })).toEqual(before);
      }
      await refused(
        'TagResource',
        { ResourceArn: connector, Tags: { 'aws:x': '1' } },
        {
          ...{ status: 400, name: 'ValidationException', message: /aws:/ },
          members: { Reason: 'OTHER' },
        },
      );
    });

    it('ListConnectors and ListChallengeMetadata return all pages', async () => {
      const connectors = await client.list('ListConnectors', {}, 100);
      const found = connectors.flatMap((page) => page['Connectors'] as readonly Members[]);
      const arns = found.map((one) => one['Arn']);
      expect(new Set(arns).size).toBe(arns.length);
      expect(arns).toEqual(expect.arrayContaining([...manyConnectors, connector]));
      expect(found.find((one) => one['Arn'] === manyConnectors[0])).toMatchObject({
        ...{ Status: 'FAILED', StatusReason: 'PRIVATECA_RESOURCE_NOT_FOUND' },
      });

      const { connectorArn: ConnectorArn } = server.ready;
      const challenges = await client.list('ListChallengeMetadata', { ConnectorArn }, 100);
      const listed = challenges.flatMap((page) => page['Challenges'] as readonly Members[]);
      // The development connector has one challenge of its own.
      expect(listed).toHaveLength(MANY + 1);
      expect(listed.map((one) => one['Arn'])).toEqual(expect.arrayContaining([...manyChallenges]));
      for (const one of listed) {
        expect(Object.keys(one).toSorted()).toEqual([
          ...['Arn', 'ConnectorArn', 'CreatedAt', 'UpdatedAt'],
        ]);
      }

      for (const pages of [connectors, challenges]) expect([1, 3]).toContain(pages.length);
    });

    it('a page has a token for the next, and an invalid token is refused', async () => {
      const first = await call(200, 'ListConnectors', { MaxResults: 7 });
      expect(first['Connectors']).toHaveLength(7);
      const { NextToken } = first;
      const second = await call(200, 'ListConnectors', { MaxResults: 7, NextToken });
      expect(second['Connectors']).toHaveLength(7);
      expect(second['Connectors']).not.toEqual(first['Connectors']);
      await refused(
        'ListConnectors',
        { NextToken: 'bm9uZQ==' },
        {
          ...{ status: 400, name: 'ValidationException', message: /NextToken/ },
          members: {},
        },
      );
    });

    it('DeleteChallenge removes the challenge, and no device enrols with it', async () => {
      const named = { ChallengeArn: challenge };
      await call(202, 'DeleteChallenge', named);
      await gone('GetChallengeMetadata', named, 'Challenge', challenge);
      await gone('GetChallengePassword', named, 'Challenge', challenge);
      const { caFingerprintSha256: caFingerprint } = server.ready;
      const device = { url: endpoint, caFingerprint, subject: 'CN=late', challenge: password };
      expect(await enrolDevice(device)).toMatchObject({ code: 1 });
    });

    it('DeleteConnector disables the URL at once and removes the connector soon', async () => {
      const named = { ConnectorArn: connector };
      await call(202, 'DeleteConnector', named);
      expect((await fetch(`${endpoint}?operation=GetCACaps`)).status).toBe(404);
      await expect.poll(async () => (await client.call('GetConnector', named)).status).toBe(404);
      await gone('GetConnector', named, 'Connector', connector);
      await gone('CreateChallenge', named, 'Connector', connector);
      await gone('ListTagsForResource', { ResourceArn: connector }, 'Connector', connector);
    });
  });
}

/** Makes twenty at the same time. The client retries when a rate is exceeded. */
async function times<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) {
    const batch = Math.min(20, count - made.length);
    made.push(...(await Promise.all(Array.from({ length: batch }, make))));
  }
  return made;
}
