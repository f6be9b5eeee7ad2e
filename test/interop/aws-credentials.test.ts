import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsAnswer } from '../support/clients/aws-client.ts';
import { openAwsSdk } from '../support/clients/aws-sdk-client.ts';
import { connectorClients } from '../support/clients/connector-clients.ts';
import { FREE_PORTS, type RunningServe, startServe } from '../support/servers/start-serve.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const ADMIN = credential('AKIAADMINADMINADMIN0', 'admin');
const SESSION = {
  ...credential('ASIASESSIONSESSION00', 'visitor'),
  sessionToken: `session/${randomUUID()}+==`,
  sessionExpiresAt: '2999-01-01T00:00:00Z',
};
const ENDED = {
  ...credential('ASIAENDEDENDEDENDED0', 'late'),
  sessionToken: `session/${randomUUID()}+==`,
  sessionExpiresAt: '2020-01-01T00:00:00Z',
};
const READER = {
  ...credential('AKIAREADERREADERREAD', 'reader'),
  policy: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['pca-connector-scep:Get*', 'pca-connector-scep:List*'],
        Resource: '*',
      },
      { Effect: 'Deny', Action: 'pca-connector-scep:GetChallengePassword', Resource: '*' },
    ],
  },
};
const NOTHING = {
  Version: '2012-10-17',
  Statement: { Effect: 'Deny', Action: '*', Resource: '*' },
};
const LATER = credential('AKIALATERLATERLATER0', 'later');
const CONNECTOR = `arn:aws:pca-connector-scep:eu-central-1:111122223333:connector/${randomUUID()}`;
const WRONG_FILE = 'the credentials changed and are wrong; the old ones stay valid';

const credentialsFile = path.join(tempDirectory(), 'credentials.json');
let server: RunningServe;

function credential(accessKeyId: string, userName: string) {
  return { accessKeyId, secretAccessKey: randomUUID(), accountId: '111122223333', userName };
}

function writeCredentials(credentials: readonly object[]): void {
  writeFileSync(credentialsFile, JSON.stringify(credentials), { mode: 0o600 });
}

beforeAll(async () => {
  const known = [ADMIN, SESSION, ENDED, READER];
  writeCredentials(known);
  const masterKey = Buffer.alloc(32, 7).toString('base64');
  server = await startServe({
    settings: {
      ...{ ...FREE_PORTS, dataDir: tempDirectory(), credentialsFile },
      api: { ...FREE_PORTS.api, regions: ['eu-central-1'] },
    },
    env: { SCEP_CONNECTOR_MASTER_KEY: masterKey },
    secrets: [
      ...[masterKey, SESSION.sessionToken, ENDED.sessionToken],
      ...[...known, LATER].map(({ secretAccessKey }) => secretAccessKey),
    ],
  });
});

/** stop() checks that no secret was logged. */
afterAll(() => server.stop());

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const accessOf = ({ accessKeyId, secretAccessKey, sessionToken }: Key) => ({
  ...{ apiUrl: server.apiUrl, region: 'eu-central-1', accessKeyId, secretAccessKey },
  ...(sessionToken !== undefined && { sessionToken }),
});

for (const { name, installed, open } of connectorClients()) {
  /** Makes one call with a new client. */
  async function callAs(key: Key, ...call: Parameters<ReturnType<typeof open>['call']>) {
    const client = open(accessOf(key));
    try {
      return await client.call(...call);
    } finally {
      await client.close();
    }
  }

  describe.runIf(installed)(name, () => {
    const listed: AwsAnswer = { status: 200, output: { Connectors: [] } };
    const refused = (status: number, error: string, message: RegExp) => ({
      status,
      error: { name: error, message: expect.stringMatching(message) as string },
    });

    it('a session is accepted with its token', async () => {
      expect(await callAs(SESSION, 'ListConnectors')).toEqual(listed);
    });

    it('a session is refused without its token, with another, or after its end', async () => {
      const { sessionToken: _, ...withoutToken } = SESSION;
      const invalid = refused(403, 'UnrecognizedClientException', /token.*invalid/i);
      expect(await callAs(withoutToken, 'ListConnectors')).toMatchObject(invalid);
      const withAnother = { ...SESSION, sessionToken: ENDED.sessionToken };
      expect(await callAs(withAnother, 'ListConnectors')).toMatchObject(invalid);
      const expired = refused(403, 'ExpiredTokenException', /expired/i);
      expect(await callAs(ENDED, 'ListConnectors')).toMatchObject(expired);
    });

    it('a policy allows only what it names', async () => {
      expect(await callAs(READER, 'ListConnectors')).toEqual(listed);
      const unnamed = await callAs(READER, 'CreateChallenge', { ConnectorArn: CONNECTOR });
      expect(unnamed).toMatchObject(
        refused(
          403,
          'AccessDeniedException',
          /user\/reader is not authorized to perform: pca-connector-scep:CreateChallenge/,
        ),
      );
      const ChallengeArn = `${CONNECTOR}/challenge/${randomUUID()}`;
      expect(await callAs(READER, 'GetChallengeMetadata', { ChallengeArn })).toMatchObject({
        status: 404,
      });
      const denied = await callAs(READER, 'GetChallengePassword', { ChallengeArn });
      expect(denied).toMatchObject(refused(403, 'AccessDeniedException', /explicit deny/));
    });

    it('a wrong secret is refused', async () => {
      const wrong = { ...ADMIN, secretAccessKey: randomUUID() };
      expect(await callAs(wrong, 'ListConnectors')).toMatchObject(
        refused(403, 'InvalidSignatureException', /signature/),
      );
    });
  });
}

it('the credentials file is read again when it changes', async () => {
  const statusFor = async (key: Key) =>
    (await openAwsSdk(accessOf(key)).call('ListConnectors')).status;
  expect(await statusFor(LATER)).toBe(403);
  writeCredentials([LATER, { ...ADMIN, policy: NOTHING }]);
  await expect.poll(() => statusFor(LATER)).toBe(200);
  expect(await statusFor(READER)).toBe(403);
  expect(await openAwsSdk(accessOf(ADMIN)).call('ListConnectors')).toMatchObject({
    status: 403,
    error: { name: 'AccessDeniedException' },
  });
  writeFileSync(credentialsFile, '[{ "accessKeyId": ');
  await expect.poll(() => server.logged(WRONG_FILE).length).toBeGreaterThan(0);
  expect(await statusFor(LATER)).toBe(200);
});
