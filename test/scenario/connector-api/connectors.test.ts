import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../src/aws-wire/policy/parse-policy.ts';
import { findConnectorByPath } from '../../../src/connectors/find-connector.ts';
import { resumeConnectors } from '../../../src/connectors/unfinished-connectors.ts';
import { MINUTE_MS } from '../../../src/durations.ts';
import { IssuerError, type IssuerFault } from '../../../src/issuer/issuer.ts';
import {
  CALLER,
  makeActiveConnector,
  makeConnectorApiWorld,
  refusedWith,
} from '../../support/servers/connector-api-world.ts';

const OTHER_ACCOUNT = { ...CALLER, accountId: '111111111111' };
const OTHER_REGION = { ...CALLER, region: 'eu-west-1' };
const ABSENT = `arn:aws:pca-connector-scep:us-east-1:000000000000:connector/${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`;
const INTUNE = {
  Intune: { AzureApplicationId: '11111111-2222-3333-4444-555555555555', Domain: 'example.com' },
};

describe('CreateConnector', () => {
  it('answers while the connector is CREATING, which becomes ACTIVE', async () => {
    const world = makeConnectorApiWorld();
    const before = Math.floor(Date.now());
    const { ConnectorArn } = await world.call('CreateConnector', {
      CertificateAuthorityArn: world.authorityArn,
    });
    const creating = await world.call('GetConnector', { ConnectorArn });
    expect(creating.Connector).toEqual({
      Arn: ConnectorArn,
      CertificateAuthorityArn: world.authorityArn,
      Type: 'GENERAL_PURPOSE',
      Status: 'CREATING',
      Endpoint: expect.stringMatching(
        /^https:\/\/scep\.example\.com\/scep\/000000000000-[0-9a-f-]{36}\/[0-9a-f-]{36}$/,
      ) as unknown,
      CreatedAt: expect.any(Date) as unknown,
      UpdatedAt: creating.Connector.CreatedAt,
    });
    expect(creating.Connector.CreatedAt.getTime()).toBeGreaterThanOrEqual(before);
    world.ahead = MINUTE_MS;
    await world.settle();
    const { Connector: active } = await world.call('GetConnector', { ConnectorArn });
    expect(active).toEqual({
      ...creating.Connector,
      Status: 'ACTIVE',
      UpdatedAt: expect.any(Date) as unknown,
    });
    expect(active.UpdatedAt.getTime()).toBeGreaterThanOrEqual(before + MINUTE_MS);
  });

  it('gives a connector for Intune a name for Entra ID that holds no secret', async () => {
    const world = makeConnectorApiWorld();
    const { ConnectorArn } = await world.call('CreateConnector', {
      CertificateAuthorityArn: world.authorityArn,
      MobileDeviceManagement: INTUNE,
    });
    const { Connector } = await world.call('GetConnector', { ConnectorArn });
    const id = ConnectorArn.split('/').at(-1);
    expect(Connector).toMatchObject({
      Type: 'INTUNE',
      MobileDeviceManagement: INTUNE,
      OpenIdConfiguration: {
        Issuer: `https://scep.example.com/oidc/000000000000-${id}`,
        Subject: ConnectorArn,
        Audience: 'api://AzureADTokenExchange',
      },
    });
  });

  it.each([
    ['of another account', /us-east-1:000000000000/, 'us-east-1:111111111111'],
    ['of another region', /us-east-1/, 'eu-west-1'],
    ['of another partition', /^arn:aws:/, 'arn:aws-cn:'],
  ])('refuses a CA %s', async (_case, mine, theirs) => {
    const world = makeConnectorApiWorld();
    const CertificateAuthorityArn = world.authorityArn.replace(mine, theirs);
    const error = await refusedWith(world.call('CreateConnector', { CertificateAuthorityArn }));
    expect(error).toMatchObject({ code: 'ValidationException', members: { Reason: 'OTHER' } });
  });

  it('refuses a CA for short-lived certificates', async () => {
    const world = makeConnectorApiWorld();
    world.describeAuthority = (authority) => ({
      ...authority,
      usageMode: 'SHORT_LIVED_CERTIFICATE',
    });
    const CertificateAuthorityArn = world.authorityArn;
    const error = await refusedWith(world.call('CreateConnector', { CertificateAuthorityArn }));
    expect(error.members).toEqual({ Reason: 'INVALID_CA_USAGE_MODE' });
  });

  it("needs the right to issue from the one template that AWS's own policies for it allow", async () => {
    const world = makeConnectorApiWorld();
    const input = { CertificateAuthorityArn: world.authorityArn };
    const callerWith = (template: string) => {
      const Statement = [
        { Effect: 'Allow', NotAction: 'acm-pca:IssueCertificate', Resource: '*' },
        {
          ...{ Effect: 'Allow', Action: 'acm-pca:IssueCertificate', Resource: '*' },
          Condition: {
            StringLike: { 'acm-pca:TemplateArn': `arn:aws:acm-pca:::template/${template}` },
          },
        },
      ];
      const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }));
      return { ...CALLER, policy };
    };
    const error = await refusedWith(
      world.call('CreateConnector', input, callerWith('EndEntityCertificate/V*')),
    );
    expect(error.code).toBe('AccessDeniedException');
    expect(error.message).toContain('acm-pca:IssueCertificate');
    const right = callerWith('BlankEndEntityCertificate_APICSRPassthrough/V*');
    await world.call('CreateConnector', input, right);
  });

  it('refuses a VPC endpoint instead of promising what it cannot keep', async () => {
    const world = makeConnectorApiWorld();
    const error = await refusedWith(
      world.call('CreateConnector', {
        CertificateAuthorityArn: world.authorityArn,
        VpcEndpointId: 'vpce-01234567',
      }),
    );
    expect(error.code).toBe('ValidationException');
    expect(error.message).toMatch(/VpcEndpointId/);
    expect((await world.call('ListConnectors', {})).Connectors).toEqual([]);
  });
});

describe('a new connector', () => {
  const failing = async (fault: IssuerFault) => {
    const world = makeConnectorApiWorld();
    world.describeAuthority = () => {
      throw new IssuerError(fault, `the fake authority is ${fault}`);
    };
    const { ConnectorArn } = await world.call('CreateConnector', {
      CertificateAuthorityArn: world.authorityArn,
    });
    return { world, ConnectorArn };
  };

  it.each([
    ['not-found', 'PRIVATECA_RESOURCE_NOT_FOUND'],
    ['not-active', 'PRIVATECA_INVALID_STATE'],
    ['access-denied', 'PRIVATECA_ACCESS_DENIED'],
    ['invalid-request', 'INTERNAL_FAILURE'],
  ] as const)('becomes FAILED when the CA answers %s, with %s', async (fault, reason) => {
    const { world, ConnectorArn } = await failing(fault);
    await world.settle();
    const { Connector } = await world.call('GetConnector', { ConnectorArn });
    expect(Connector).toMatchObject({ Status: 'FAILED', StatusReason: reason });
  });

  it('becomes FAILED with PRIVATECA_INVALID_STATE when the CA is disabled', async () => {
    const world = makeConnectorApiWorld();
    world.describeAuthority = (authority) => ({ ...authority, status: 'NOT_ACTIVE' });
    const ConnectorArn = await makeActiveConnector(world);
    const { Connector } = await world.call('GetConnector', { ConnectorArn });
    expect(Connector).toMatchObject({
      Status: 'FAILED',
      StatusReason: 'PRIVATECA_INVALID_STATE',
    });
    expect(world.issuer.issued).toEqual([]);
  });

  it.each(['throttled', 'unavailable'] as const)(
    'stays CREATING while the CA is %s, and asks every twenty seconds',
    async (fault) => {
      const { world, ConnectorArn } = await failing(fault);
      await expect(world.settle()).rejects.toThrow(IssuerError);
      world.describeAuthority = (authority) => authority;
      await resumeConnectors(world.api);
      const status = async () =>
        (await world.call('GetConnector', { ConnectorArn })).Connector.Status;
      expect(await status()).toBe('CREATING');
      world.ahead = 21_000;
      await resumeConnectors(world.api);
      expect(await status()).toBe('ACTIVE');
    },
  );

  it('becomes FAILED with INTERNAL_FAILURE when the CA is unavailable for more than five minutes', async () => {
    const { world, ConnectorArn } = await failing('unavailable');
    world.ahead = 4 * MINUTE_MS;
    await expect(resumeConnectors(world.api)).rejects.toThrow(AggregateError);
    world.ahead = 6 * MINUTE_MS;
    await resumeConnectors(world.api);
    const { Connector } = await world.call('GetConnector', { ConnectorArn });
    expect(Connector).toMatchObject({ Status: 'FAILED', StatusReason: 'INTERNAL_FAILURE' });
    await world.call('DeleteConnector', { ConnectorArn });
    await world.settle();
    const error = await refusedWith(world.call('GetConnector', { ConnectorArn }));
    expect(error.code).toBe('ResourceNotFoundException');
  });

  it('does not wait for another that cannot be finished', async () => {
    const world = makeConnectorApiWorld();
    const input = { CertificateAuthorityArn: world.authorityArn };
    const arns = await Promise.all(
      [1, 2, 3].map(async () => (await world.call('CreateConnector', input)).ConnectorArn),
    );
    let asked = 0;
    world.describeAuthority = (authority) => {
      asked += 1;
      if (asked === 1) throw new IssuerError('unavailable', 'once');
      return authority;
    };
    await expect(resumeConnectors(world.api)).rejects.toThrow(AggregateError);
    const { Connectors } = await world.call('ListConnectors', {});
    expect(Connectors.map(({ Status }) => Status).sort()).toEqual(['ACTIVE', 'ACTIVE', 'CREATING']);
    expect(arns.toSorted()).toEqual(Connectors.map(({ Arn }) => Arn));
  });

  it('gets one RA identity from two processes at once', async () => {
    const world = makeConnectorApiWorld();
    await world.call('CreateConnector', { CertificateAuthorityArn: world.authorityArn });
    await Promise.all([resumeConnectors(world.api), resumeConnectors(world.api), world.settle()]);
    expect(world.issuer.issued).toHaveLength(1);
  });
});

describe('ClientToken of CreateConnector', () => {
  const request = (world: { readonly authorityArn: string }, more = {}) => ({
    CertificateAuthorityArn: world.authorityArn,
    ClientToken: 'token',
    Tags: { a: '1', b: '2' },
    ...more,
  });

  it('gives the same connector for five minutes, and then another', async () => {
    const world = makeConnectorApiWorld();
    const first = await world.call('CreateConnector', request(world));
    world.ahead = 4 * MINUTE_MS;
    const again = await world.call('CreateConnector', request(world, { Tags: { b: '2', a: '1' } }));
    expect(again).toEqual(first);
    world.ahead = 6 * MINUTE_MS;
    expect(await world.call('CreateConnector', request(world))).not.toEqual(first);
    expect((await world.call('ListConnectors', {})).Connectors).toHaveLength(2);
  });

  it.each([
    ['tags', { Tags: { a: '1' } }],
    ['device management', { MobileDeviceManagement: INTUNE }],
  ])('is a conflict with other %s', async (_case, other) => {
    const world = makeConnectorApiWorld();
    const { ConnectorArn } = await world.call('CreateConnector', request(world));
    const error = await refusedWith(world.call('CreateConnector', request(world, other)));
    expect(error).toMatchObject({
      code: 'ConflictException',
      members: { ResourceId: ConnectorArn, ResourceType: 'Connector' },
    });
  });

  it('is valid in one account and region', async () => {
    const world = makeConnectorApiWorld();
    const theirs = {
      CertificateAuthorityArn: world.authorityArn.replace('000000000000', '111111111111'),
      ClientToken: 'token',
    };
    const mine = await world.call('CreateConnector', request(world));
    expect(await world.call('CreateConnector', theirs, OTHER_ACCOUNT)).not.toEqual(mine);
  });

  it('makes one connector in twenty calls at once', async () => {
    const world = makeConnectorApiWorld({ quotas: { connectors: 1 } });
    const calls = Array.from({ length: 20 }, () => world.call('CreateConnector', request(world)));
    const arns = (await Promise.all(calls)).map(({ ConnectorArn }) => ConnectorArn);
    expect(new Set(arns).size).toBe(1);
    await world.settle();
    const { Connectors } = await world.call('ListConnectors', {});
    expect(Connectors.map(({ Arn, Status }) => [Arn, Status])).toEqual([[arns[0], 'ACTIVE']]);
    expect(world.issuer.issued).toHaveLength(1);
  });

  it('does not bring a deleted connector back', async () => {
    const world = makeConnectorApiWorld();
    const first = await world.call('CreateConnector', request(world));
    await world.settle();
    await world.call('DeleteConnector', first);
    await world.settle();
    expect(await world.call('CreateConnector', request(world))).toEqual(first);
    await world.settle();
    expect((await refusedWith(world.call('GetConnector', first))).code).toBe(
      'ResourceNotFoundException',
    );
    expect((await world.call('ListConnectors', {})).Connectors).toEqual([]);
  });
});

describe('the quota of connectors', () => {
  it('is exact for fifty calls at once, and free again after a deletion', async () => {
    const world = makeConnectorApiWorld({ quotas: { connectors: 10 } });
    const input = { CertificateAuthorityArn: world.authorityArn };
    const calls = Array.from({ length: 50 }, () => world.call('CreateConnector', input));
    const outcomes = await Promise.allSettled(calls);
    const made = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(made).toHaveLength(10);
    const { Connectors } = await world.call('ListConnectors', {});
    expect(Connectors).toHaveLength(10);
    const error = await refusedWith(world.call('CreateConnector', input));
    expect(error).toMatchObject({
      code: 'ServiceQuotaExceededException',
      members: {
        ResourceType: 'Connector',
        ServiceCode: 'pca-connector-scep',
        QuotaCode: 'L-CB21FAEA',
      },
    });
    await resumeConnectors(world.api);
    await world.call('DeleteConnector', { ConnectorArn: Connectors[0]?.Arn ?? '' });
    await resumeConnectors(world.api);
    await world.call('CreateConnector', input);
    expect((await refusedWith(world.call('CreateConnector', input))).code).toBe(
      'ServiceQuotaExceededException',
    );
  });
});

describe('DeleteConnector', () => {
  it('closes the URL at once, removes everything of the connector, and may be repeated', async () => {
    const world = makeConnectorApiWorld();
    const ConnectorArn = await makeActiveConnector(world);
    const created = await world.call('CreateChallenge', { ConnectorArn, ClientToken: 'token' });
    const { Connector } = await world.call('GetConnector', { ConnectorArn });
    const [segment = '', secret = ''] = Connector.Endpoint.split('/').slice(-2);
    expect(await findConnectorByPath(world.api.store, segment, secret)).toBeDefined();

    await world.call('DeleteConnector', { ConnectorArn });
    await world.call('DeleteConnector', { ConnectorArn });
    expect(await findConnectorByPath(world.api.store, segment, secret)).toBeUndefined();
    const { Connector: deleting } = await world.call('GetConnector', { ConnectorArn });
    expect(deleting.Status).toBe('DELETING');
    const ChallengeArn = created.Challenge.Arn;
    const gone = await refusedWith(world.call('GetChallengePassword', { ChallengeArn }));
    expect(gone.code).toBe('ResourceNotFoundException');
    expect(await world.call('ListChallengeMetadata', { ConnectorArn })).toEqual({ Challenges: [] });

    await world.settle();
    const error = await refusedWith(world.call('DeleteConnector', { ConnectorArn }));
    expect(error).toMatchObject({
      code: 'ResourceNotFoundException',
      members: { ResourceId: ConnectorArn, ResourceType: 'Connector' },
    });
  });

  it('is refused while the connector is CREATING', async () => {
    const world = makeConnectorApiWorld();
    const created = await world.call('CreateConnector', {
      CertificateAuthorityArn: world.authorityArn,
    });
    expect(await refusedWith(world.call('DeleteConnector', created))).toMatchObject({
      code: 'ConflictException',
      members: { ResourceId: created.ConnectorArn, ResourceType: 'Connector' },
    });
  });
});

describe('a connector', () => {
  it.each([
    ['account', OTHER_ACCOUNT],
    ['region', OTHER_REGION],
  ])('is not found from another %s', async (_case, caller) => {
    const world = makeConnectorApiWorld();
    const ConnectorArn = await makeActiveConnector(world, { secret: 'tag' });
    const { Challenge } = await world.call('CreateChallenge', { ConnectorArn });
    const ChallengeArn = Challenge.Arn;
    const ofConnector = [
      world.call('GetConnector', { ConnectorArn }, caller),
      world.call('DeleteConnector', { ConnectorArn }, caller),
      world.call('CreateChallenge', { ConnectorArn }, caller),
      world.call('ListChallengeMetadata', { ConnectorArn }, caller),
      world.call('TagResource', { ResourceArn: ConnectorArn, Tags: { a: 'b' } }, caller),
      world.call('UntagResource', { ResourceArn: ConnectorArn, TagKeys: ['secret'] }, caller),
      world.call('ListTagsForResource', { ResourceArn: ConnectorArn }, caller),
      world.call('GetConnector', { ConnectorArn: ABSENT }, CALLER),
    ];
    for (const call of ofConnector) {
      const error = await refusedWith(call);
      expect(error.code).toBe('ResourceNotFoundException');
      expect(error.members).toMatchObject({ ResourceType: 'Connector' });
    }
    const ofChallenge = [
      world.call('GetChallengeMetadata', { ChallengeArn }, caller),
      world.call('GetChallengePassword', { ChallengeArn }, caller),
      world.call('DeleteChallenge', { ChallengeArn }, caller),
      world.call('TagResource', { ResourceArn: ChallengeArn, Tags: { a: 'b' } }, caller),
      world.call('UntagResource', { ResourceArn: ChallengeArn, TagKeys: ['a'] }, caller),
      world.call('ListTagsForResource', { ResourceArn: ChallengeArn }, caller),
    ];
    for (const call of ofChallenge) {
      expect(await refusedWith(call)).toMatchObject({
        code: 'ResourceNotFoundException',
        members: { ResourceId: ChallengeArn, ResourceType: 'Challenge' },
      });
    }
    expect((await world.call('ListConnectors', {}, caller)).Connectors).toEqual([]);
    expect((await world.call('GetConnector', { ConnectorArn })).Connector.Status).toBe('ACTIVE');
  });
});
