import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AwsError } from '../../../../src/aws-wire/aws-error.ts';
import { ApiError } from '../../../../src/cli/api/api-error.ts';
import { UsageError } from '../../../../src/config/usage-error.ts';
import {
  isolateAwsEnvironment,
  runAdmin,
  stubAwsEnvironment,
} from '../../../support/clients/run-admin.ts';
import {
  ACCESS_KEY,
  type ApiCall,
  type FakeConnectorApi,
  startFakeConnectorApi,
} from '../../../support/fakes/fake-connector-api.ts';
import {
  type FakeScepServer,
  startFakeScepServer,
} from '../../../support/fakes/fake-scep-server.ts';

const PREFIX = 'arn:aws:pca-connector-scep:eu-central-1:111122223333:connector/';
const IDS = [
  '11223344-1234-1122-2233-112233445566',
  '11223344-9999-1122-2233-112233445566',
  'abcdef01-1234-1122-2233-112233445566',
] as const;
const ARN = `${PREFIX}${IDS[0]}`;
const CHALLENGE_ARN = `${ARN}/challenge/aaaaaaaa-1234-1122-2233-112233445566`;
const CA_ARN =
  'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/99999999-1234-1122-2233-112233445566';
const PASSWORD = '0d1ec6ff-0000-4000-8000-000000000000';
const TIMES = { CreatedAt: 1_723_830_472.942, UpdatedAt: 1_723_830_500 };

function connector(id: string, members: object = {}) {
  return {
    ...{ Arn: `${PREFIX}${id}`, CertificateAuthorityArn: CA_ARN, Type: 'GENERAL_PURPOSE' },
    ...{ Status: 'ACTIVE', Endpoint: 'https://scep.example/scep/1-2/secret-path', ...TIMES },
    ...members,
  };
}

function challenge(arn = CHALLENGE_ARN) {
  return { Arn: arn, ConnectorArn: ARN, ...TIMES };
}

let fake: FakeConnectorApi;

isolateAwsEnvironment();

beforeEach(async () => {
  fake = await startFakeConnectorApi();
  stubAwsEnvironment(fake.endpoint);
});

function answerWith(answers: Partial<Record<string, (call: ApiCall, count: number) => unknown>>) {
  fake.behaviour.answer = (call, count) => answers[call.operation]?.(call, count);
}

function notFound(): never {
  throw new AwsError('ResourceNotFoundException', 'there is no such connector', {
    ResourceId: ARN,
    ResourceType: 'Connector',
  });
}

function inputs(operation: string) {
  return fake.calls.filter((call) => call.operation === operation).map(({ input }) => input);
}

describe('connector create', () => {
  const CREATE = ['connector', 'create', '--ca-arn', CA_ARN];

  it('prints only the ARN and sends one client token', async () => {
    answerWith({ CreateConnector: () => ({ ConnectorArn: ARN }) });
    const { stdout, stderr, code } = await runAdmin(CREATE);
    expect({ stdout, stderr, code }).toEqual({ stdout: `${ARN}\n`, stderr: '', code: 0 });
    expect(inputs('CreateConnector')).toEqual([
      { CertificateAuthorityArn: CA_ARN, ClientToken: '6f1c6a3e-0000-4000-8000-000000000001' },
    ]);
  });

  it('sends the same token with every attempt', async () => {
    let lost = 2;
    fake.behaviour.intercept = (_request, response) => {
      lost -= 1;
      if (lost >= 0) response.destroy();
      return lost >= 0;
    };
    let made = 0;
    answerWith({ CreateConnector: () => ({ ConnectorArn: ARN }) });
    const randomUuid = () => {
      made += 1;
      return `token-${made}`;
    };
    const { code } = await runAdmin(CREATE, { randomUuid });
    expect(code).toBe(0);
    expect(inputs('CreateConnector')).toMatchObject([{ ClientToken: 'token-1' }]);
  });

  it('sends the Intune settings, tags, VPC endpoint and client token of the options', async () => {
    answerWith({ CreateConnector: () => ({ ConnectorArn: ARN }) });
    await runAdmin([
      ...[...CREATE, '--intune-app-id', '11223344-1234-1122-2233-112233445566'],
      ...['--intune-domain', 'example.onmicrosoft.com', '--vpc-endpoint-id', 'vpce-01234567'],
      ...['--tag', 'team=pki', '--tag', 'scep:subject=CN=*,O=Lab', '--tag', 'empty='],
      ...['--client-token', 'mine'],
    ]);
    expect(inputs('CreateConnector')).toEqual([
      {
        CertificateAuthorityArn: CA_ARN,
        MobileDeviceManagement: {
          Intune: {
            AzureApplicationId: '11223344-1234-1122-2233-112233445566',
            Domain: 'example.onmicrosoft.com',
          },
        },
        VpcEndpointId: 'vpce-01234567',
        ClientToken: 'mine',
        Tags: { team: 'pki', 'scep:subject': 'CN=*,O=Lab', empty: '' },
      },
    ]);
  });

  it.each([
    ['--intune-app-id without --intune-domain', ['--intune-app-id', 'x'], /belong together/],
    ['a tag without value', ['--tag', 'team'], /key=value/],
    ['a tag that is given twice', ['--tag', 'a=1', '--tag', 'a=2'], /a is given twice/],
    ['an endpoint that is no URL', ['--endpoint', 'localhost:8081'], /http or https URL/],
    ['a wait that is not a number', ['--wait', 'long'], /whole number from 1 to 86400/],
  ])('refuses %s before it sends anything', async (_, args, message) => {
    const { error } = await runAdmin([...CREATE, ...args]);
    expect((error as Error).message).toMatch(message);
    expect(fake.calls).toEqual([]);
  });

  describe('--wait', () => {
    function passThrough(...states: readonly object[]) {
      let asked = 0;
      answerWith({
        CreateConnector: () => ({ ConnectorArn: ARN }),
        GetConnector: () => {
          const state = states[Math.min(asked, states.length - 1)];
          asked += 1;
          return { Connector: connector(IDS[0], state) };
        },
      });
    }

    it('ends when the connector is ACTIVE', async () => {
      passThrough({ Status: 'CREATING' }, { Status: 'CREATING' }, { Status: 'ACTIVE' });
      expect(await runAdmin([...CREATE, '--wait'])).toMatchObject({ code: 0, stdout: `${ARN}\n` });
      expect(inputs('GetConnector')).toHaveLength(3);
    });

    it('fails with the reason when the connector is FAILED', async () => {
      passThrough({ Status: 'FAILED', StatusReason: 'PRIVATECA_INVALID_STATE' });
      const { error, stdout } = await runAdmin([...CREATE, '--wait']);
      expect(error).toBeInstanceOf(ApiError);
      expect((error as Error).message).toBe(`${ARN} is FAILED: PRIVATECA_INVALID_STATE`);
      expect(stdout).toBe(`${ARN}\n`);
    });

    it('exits with 3 when the time is over', async () => {
      passThrough({ Status: 'CREATING' });
      const { code, stderr, stdout } = await runAdmin([...CREATE, '--wait', '5', '--json']);
      expect(code).toBe(3);
      expect(stderr).toBe(`${ARN} is still CREATING after 5 seconds\n`);
      expect(JSON.parse(stdout)).toEqual({ ConnectorArn: ARN });
      expect(inputs('GetConnector')).toHaveLength(6);
    });
  });
});

describe('connector list', () => {
  function pages(count: number) {
    answerWith({
      ListConnectors: ({ input }) => {
        const page = Number(String(input['NextToken'] ?? '0').replaceAll('=', ''));
        const id = (n: number) => IDS[0].replace(/^.{8}/, String(n).padStart(8, '0'));
        const Connectors = [0, 1].map((n) => connector(id(page * 2 + n)));
        const more = page + 1 < count;
        return { Connectors, ...(more ? { NextToken: `${page + 1}`.padStart(4, '0') } : {}) };
      },
    });
  }

  it('prints aligned columns without the endpoints', async () => {
    answerWith({
      ListConnectors: () => ({
        Connectors: [
          connector(IDS[0]),
          connector(IDS[2], { Status: 'FAILED', StatusReason: 'INTERNAL_FAILURE', Type: 'INTUNE' }),
        ],
      }),
    });
    const { stdout } = await runAdmin(['connector', 'list']);
    expect(stdout).toBe(
      [
        `ID                                    STATUS                     TYPE             CREATED               CERTIFICATE AUTHORITY`,
        `${IDS[0]}  ACTIVE                     GENERAL_PURPOSE  2024-08-16T17:47:52Z  ${CA_ARN}`,
        `${IDS[2]}  FAILED (INTERNAL_FAILURE)  INTUNE           2024-08-16T17:47:52Z  ${CA_ARN}`,
        '',
      ].join('\n'),
    );
  });

  it('prints the connectors of all pages', async () => {
    pages(3);
    const { stdout } = await runAdmin(['connector', 'list', '--json']);
    expect((JSON.parse(stdout) as { Connectors: unknown[] }).Connectors).toHaveLength(6);
    expect(fake.calls).toHaveLength(3);
  });

  it('requests only the pages that --max-items needs', async () => {
    pages(9);
    const { stdout } = await runAdmin(['connector', 'list', '--max-items', '3', '--json']);
    expect((JSON.parse(stdout) as { Connectors: unknown[] }).Connectors).toHaveLength(3);
    expect(fake.calls).toHaveLength(2);
  });

  it('fails when the API returns the same page again', async () => {
    answerWith({ ListConnectors: () => ({ Connectors: [], NextToken: 'AAAA' }) });
    const { error } = await runAdmin(['connector', 'list']);
    expect((error as Error).message).toMatch(/same page again/);
  });

  it('lists only connectors with the status of --status', async () => {
    answerWith({
      ListConnectors: () => ({
        Connectors: [connector(IDS[0]), connector(IDS[1], { Status: 'DELETING' })],
      }),
    });
    const { stdout } = await runAdmin(['connector', 'list', '--status', 'DELETING', '--json']);
    const { Connectors } = JSON.parse(stdout) as { Connectors: { Arn: string }[] };
    expect(Connectors.map(({ Arn }) => Arn)).toEqual([`${PREFIX}${IDS[1]}`]);
  });

  it('reports on standard error that there are no connectors', async () => {
    answerWith({ ListConnectors: () => ({ Connectors: [] }) });
    expect(await runAdmin(['connector', 'list'])).toMatchObject({
      ...{ code: 0, stdout: '', stderr: 'no connectors\n' },
    });
  });
});

describe('connector show', () => {
  let scep: FakeScepServer;
  beforeAll(async () => {
    scep = await startFakeScepServer();
  });
  beforeEach(() => {
    answerWith({
      ListConnectors: () => ({ Connectors: IDS.map((id) => connector(id)) }),
      GetConnector: ({ input }) => ({
        Connector: connector(String(input['ConnectorArn']).replace(PREFIX, ''), {
          ...{ Endpoint: scep.url.href, Type: 'INTUNE' },
          MobileDeviceManagement: { Intune: { AzureApplicationId: 'app', Domain: 'tenant' } },
          OpenIdConfiguration: { Issuer: 'i', Subject: 's', Audience: 'a' },
        }),
      }),
    });
  });

  it('prints the members of the connector that have a value', async () => {
    const { stdout } = await runAdmin(['connector', 'show', ARN]);
    expect(stdout.split('\n\n')[0]).toBe(
      `${[
        `arn                    ${ARN}`,
        'status                 ACTIVE',
        'type                   INTUNE',
        `endpoint               ${scep.url.href}`,
        `certificate authority  ${CA_ARN}`,
        'intune application     app',
        'intune domain          tenant',
        'issuer                 i',
        'subject                s',
        'audience               a',
        'created                2024-08-16T17:47:52Z',
        'updated                2024-08-16T17:48:20Z',
      ].join('\n')}`,
    );
  });

  it('prints three fingerprints of each certificate of GetCACert, and which client wants which', async () => {
    const { code, stdout } = await runAdmin(['connector', 'show', ARN]);
    expect(code).toBe(0);
    for (const { certificate } of [scep.ra, scep.issuingCa, scep.root]) {
      for (const digest of ['sha256', 'sha1', 'md5']) {
        expect(stdout).toContain(createHash(digest).update(certificate.der).digest('hex'));
      }
    }
    expect(stdout).toMatch(/^RA CN=RA +SHA-256 /m);
    expect(stdout).toMatch(/^root CN=\S.* SHA-256 /m);
    expect(stdout).toMatch(/^Windows, Intune \(CAThumbprint\) +SHA-1 /m);
  });

  it('warns in one line when the endpoint cannot be asked', async () => {
    const { intercept } = scep.behaviour;
    scep.behaviour.intercept = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    onTestFinished(() => {
      scep.behaviour.intercept = intercept;
    });
    const { code, stdout, stderr } = await runAdmin(['connector', 'show', ARN]);
    expect([code, stderr]).toEqual([
      0,
      'warning: no fingerprints, since GetCACert failed: HTTP 503\n',
    ]);
    expect(stdout).not.toContain('SHA-1');
  });

  it('prints the answer of the API unchanged with --json', async () => {
    const { stdout } = await runAdmin(['connector', 'show', ARN, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      Connector: { Arn: ARN, CreatedAt: 1723830472.942 },
    });
  });

  it.each(['abcd', 'ABCDEF01-', IDS[2]])('completes the id %s', async (id) => {
    await runAdmin(['connector', 'show', id]);
    expect(inputs('GetConnector')).toEqual([{ ConnectorArn: `${PREFIX}${IDS[2]}` }]);
  });

  it.each([
    ['11223344', /2 connectors have an id that begins with 11223344/],
    ['99999999', /no connector whose id begins/],
    ['abc', /neither an ARN nor/],
    ['my-connector', /neither an ARN nor/],
  ])('does not guess what %s is', async (id, message) => {
    const { error } = await runAdmin(['connector', 'show', id]);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(message);
    expect(inputs('GetConnector')).toEqual([]);
  });
});

describe('connector delete', () => {
  it('asks at a terminal, and requires --yes without one', async () => {
    const questions: string[] = [];
    const saying = (answer: string | undefined) => ({
      ask: (question: string) => {
        questions.push(question);
        return Promise.resolve(answer);
      },
    });
    const args = ['connector', 'delete', ARN];
    expect((await runAdmin(args)).error).toBeInstanceOf(UsageError);
    expect((await runAdmin(args, saying('n'))).error).toBeInstanceOf(UsageError);
    expect((await runAdmin(args, saying(''))).error).toBeInstanceOf(UsageError);
    expect(fake.calls).toEqual([]);
    expect((await runAdmin(args, saying('Yes '))).code).toBe(0);
    expect((await runAdmin([...args, '--yes'])).code).toBe(0);
    expect(inputs('DeleteConnector')).toHaveLength(2);
    expect(questions[0]).toContain(ARN);
  });

  it('waits until the connector is gone', async () => {
    let left = 2;
    answerWith({
      GetConnector: () => {
        left -= 1;
        return left < 0 ? notFound() : { Connector: connector(IDS[0], { Status: 'DELETING' }) };
      },
    });
    const { code, stdout } = await runAdmin(['connector', 'delete', ARN, '--yes', '--wait']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(inputs('GetConnector')).toHaveLength(3);
  });
});

describe('errors', () => {
  it('show no regular expression of the API', async () => {
    const fault = (member: string, pattern: string) =>
      `Value 'x' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`;
    const text = `2 validation errors detected: ${fault('one', '[a-z; ]+$')}; ${fault('two', '.*')}`;
    fake.behaviour.answer = () => {
      throw new AwsError('ValidationException', text);
    };
    const { error } = await runAdmin(['connector', 'show', ARN]);
    const form = 'failed to satisfy constraint: it does not have the form that the API requires';
    expect((error as Error).message).toBe(
      `ValidationException: 2 validation errors detected: Value 'x' at 'one' ${form}; Value 'x' at 'two' ${form}`,
    );
  });

  it.each(['show', 'password', 'delete'])('challenge %s refuses what is no ARN', async (name) => {
    for (const text of ['aaaaaaaa', ARN, '[a-z]+']) {
      const { error } = await runAdmin(['challenge', name, text]);
      expect(error).toBeInstanceOf(UsageError);
      expect((error as Error).message).toMatch(/is not the ARN of a challenge; .* challenge list/);
    }
    expect(fake.calls).toEqual([]);
  });
});

describe('challenge', () => {
  const created = { Challenge: { ...challenge(), Password: PASSWORD } };

  it.each([
    ['only', [], `${CHALLENGE_ARN}\n`],
    ['and the password', ['--show-password'], `${CHALLENGE_ARN}\n${PASSWORD}\n`],
  ])('create prints the ARN %s with %j', async (_, args, expected) => {
    answerWith({ CreateChallenge: () => created });
    const { stdout } = await runAdmin(['challenge', 'create', ARN, '--tag', 'a=b', ...args]);
    expect(stdout).toBe(expected);
    expect(inputs('CreateChallenge')).toEqual([
      {
        ConnectorArn: ARN,
        ClientToken: '6f1c6a3e-0000-4000-8000-000000000001',
        Tags: { a: 'b' },
      },
    ]);
  });

  it('create prints the password in the JSON only with --show-password', async () => {
    answerWith({ CreateChallenge: () => created });
    const args = ['challenge', 'create', ARN, '--json'];
    expect(JSON.parse((await runAdmin(args)).stdout)).toEqual({ Challenge: challenge() });
    expect(JSON.parse((await runAdmin([...args, '--show-password'])).stdout)).toEqual(created);
  });

  it('list prints the ARNs and times of the challenges of a connector named by its id', async () => {
    answerWith({
      ListConnectors: () => ({ Connectors: IDS.map((id) => connector(id)) }),
      ListChallengeMetadata: ({ input }) =>
        input['NextToken'] === undefined
          ? { Challenges: [challenge()], NextToken: 'AAAA' }
          : { Challenges: [challenge(CHALLENGE_ARN.replace('aaaaaaaa', 'bbbbbbbb'))] },
    });
    const { stdout } = await runAdmin(['challenge', 'list', '11223344-1']);
    expect(stdout.split('\n')).toHaveLength(4);
    expect(stdout).toContain(`${CHALLENGE_ARN}  2024-08-16T17:47:52Z\n`);
    expect(inputs('ListChallengeMetadata')).toEqual([
      { ConnectorArn: ARN },
      { ConnectorArn: ARN, NextToken: 'AAAA' },
    ]);
  });

  it('show prints the connector of a challenge', async () => {
    answerWith({ GetChallengeMetadata: () => ({ ChallengeMetadata: challenge() }) });
    const { stdout } = await runAdmin(['challenge', 'show', CHALLENGE_ARN]);
    expect(stdout).toContain(`connector  ${ARN}\n`);
  });

  it('password prints only the password', async () => {
    answerWith({ GetChallengePassword: () => ({ Password: PASSWORD }) });
    const { stdout } = await runAdmin(['challenge', 'password', CHALLENGE_ARN]);
    expect(stdout).toBe(`${PASSWORD}\n`);
  });

  it('delete sends DeleteChallenge and prints nothing', async () => {
    expect(await runAdmin(['challenge', 'delete', CHALLENGE_ARN])).toMatchObject({
      ...{ code: 0, stdout: '', stderr: '' },
    });
    expect(inputs('DeleteChallenge')).toEqual([{ ChallengeArn: CHALLENGE_ARN }]);
  });
});

describe('tags', () => {
  it('list prints a table', async () => {
    answerWith({ ListTagsForResource: () => ({ Tags: { team: 'pki\u001b[1m', 'scep:x': 'y' } }) });
    const { stdout } = await runAdmin(['tags', 'list', ARN]);
    expect(stdout).toBe('KEY     VALUE\nteam    pki [1m\nscep:x  y\n');
  });

  it('set sends all tags in one request', async () => {
    const args = ['tags', 'set', CHALLENGE_ARN, 'a=1', 'b=x=y', '--json'];
    expect((await runAdmin(args)).stdout).toBe('{}\n');
    expect(inputs('TagResource')).toEqual([
      { ResourceArn: CHALLENGE_ARN, Tags: { a: '1', b: 'x=y' } },
    ]);
  });

  it('remove sends the keys', async () => {
    await runAdmin(['tags', 'remove', ARN, 'a b', 'c&d']);
    expect(inputs('UntagResource')).toEqual([{ ResourceArn: ARN, TagKeys: ['a b', 'c&d'] }]);
  });
});

it.each([
  [['connector', 'create', '--ca-arn', CA_ARN], 'arn [1m\n'],
  [['challenge', 'create', ARN], 'arn [1m\n'],
  [['challenge', 'create', ARN, '--show-password'], 'arn [1m\npass [1mword\n'],
  [['challenge', 'password', CHALLENGE_ARN], 'pass [1mword\n'],
])('%j prints the text of a server without control characters', async (args, expected) => {
  const [Arn, Password] = ['arn\u001b[1m', 'pass\u001b[1mword'];
  answerWith({
    CreateConnector: () => ({ ConnectorArn: Arn }),
    CreateChallenge: () => ({ Challenge: { ...challenge(Arn), Password } }),
    GetChallengePassword: () => ({ Password }),
  });
  expect((await runAdmin(args)).stdout).toBe(expected);
});

describe('a command that fails', () => {
  it('reports the name and message of the error, and its members with --json', async () => {
    answerWith({ GetConnector: notFound });
    const { error, stdout, code } = await runAdmin(['connector', 'show', ARN, '--json']);
    expect(code).toBeUndefined();
    expect((error as Error).message).toBe('ResourceNotFoundException: there is no such connector');
    expect(JSON.parse(stdout)).toEqual({
      status: 'error',
      code: 'ResourceNotFoundException',
      message: 'ResourceNotFoundException: there is no such connector',
      ResourceId: ARN,
      ResourceType: 'Connector',
    });
  });

  it('names the wrong members of an answer but not their values', async () => {
    answerWith({ CreateChallenge: () => ({ Challenge: { Password: PASSWORD } }) });
    const { error, stdout } = await runAdmin(['challenge', 'create', ARN]);
    expect((error as Error).message).toMatch(/does not match its model: Challenge\.Arn, /);
    expect(stdout).toBe('');
  });

  it('says how to set credentials when there are none', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const { error } = await runAdmin(['connector', 'list']);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(/no AWS credentials: set AWS_ACCESS_KEY_ID/);
  });
});

describe('credentials', () => {
  it('come from the profile of --profile', async () => {
    const credentialsFile = process.env['AWS_SHARED_CREDENTIALS_FILE'] ?? '';
    writeFileSync(
      credentialsFile,
      `[lab]\naws_access_key_id = ${ACCESS_KEY.id}\naws_secret_access_key = ${ACCESS_KEY.secret}\n`,
    );
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDOFSOMEONEELSE');
    answerWith({ ListTagsForResource: () => ({ Tags: {} }) });
    const args = ['tags', 'list', ARN, '--profile', 'lab', '--region', 'us-west-2'];
    const { code } = await runAdmin(args);
    expect(code).toBe(0);
    expect(fake.calls).toMatchObject([{ region: 'us-west-2' }]);
  });
});
