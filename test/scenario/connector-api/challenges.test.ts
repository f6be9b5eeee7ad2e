import { describe, expect, it } from 'vitest';
import { findChallengeByPassword } from '../../../src/connectors/challenges/find-challenge.ts';
import { MINUTE_MS } from '../../../src/durations.ts';
import {
  makeActiveConnector,
  makeConnectorApiWorld,
  refusedWith,
} from '../../support/servers/connector-api-world.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function makeWorld(options: Parameters<typeof makeConnectorApiWorld>[0] = {}) {
  const world = makeConnectorApiWorld(options);
  const ConnectorArn = await makeActiveConnector(world);
  const works = async (password: string) =>
    (await findChallengeByPassword(world.api, ConnectorArn.split('/')[1] ?? '', password)) !==
    undefined;
  return { world, ConnectorArn, works };
}

describe('a challenge', () => {
  it('shows its password when it is made and when it is asked for, and nowhere else', async () => {
    const { world, ConnectorArn, works } = await makeWorld();
    const { Challenge } = await world.call('CreateChallenge', { ConnectorArn });
    const { Password, ...metadata } = Challenge;
    expect(Password).toMatch(UUID);
    expect(metadata).toEqual({
      Arn: expect.stringMatching(`^${ConnectorArn}/challenge/`) as unknown,
      ConnectorArn,
      CreatedAt: expect.any(Date) as unknown,
      UpdatedAt: metadata.CreatedAt,
    });
    const ChallengeArn = Challenge.Arn;
    expect(await world.call('GetChallengePassword', { ChallengeArn })).toEqual({ Password });
    expect(await world.call('GetChallengeMetadata', { ChallengeArn })).toEqual({
      ChallengeMetadata: metadata,
    });
    expect(await world.call('ListChallengeMetadata', { ConnectorArn })).toEqual({
      Challenges: [metadata],
    });
    expect(await works(Password)).toBe(true);
  });

  it('stops working with DeleteChallenge', async () => {
    const { world, ConnectorArn, works } = await makeWorld();
    const { Challenge } = await world.call('CreateChallenge', { ConnectorArn });
    const other = await world.call('CreateChallenge', { ConnectorArn });
    const ChallengeArn = Challenge.Arn;
    await world.call('DeleteChallenge', { ChallengeArn });
    expect(await works(Challenge.Password)).toBe(false);
    expect(await works(other.Challenge.Password)).toBe(true);
    const gone = {
      code: 'ResourceNotFoundException',
      members: { ResourceId: ChallengeArn, ResourceType: 'Challenge' },
    };
    expect(await refusedWith(world.call('DeleteChallenge', { ChallengeArn }))).toMatchObject(gone);
    expect(await refusedWith(world.call('GetChallengePassword', { ChallengeArn }))).toMatchObject(
      gone,
    );
    const { store } = world.api;
    const partition = `connector-${ConnectorArn.split('/')[1]}`;
    expect(await store.list(partition, 'challenge-digests', { limit: 10 })).toHaveLength(1);
  });

  it('is found at its own connector alone', async () => {
    const { world, ConnectorArn } = await makeWorld();
    const elsewhere = await makeActiveConnector(world);
    const { Challenge } = await world.call('CreateChallenge', { ConnectorArn });
    const ChallengeArn = Challenge.Arn.replace(ConnectorArn, elsewhere);
    const error = await refusedWith(world.call('GetChallengePassword', { ChallengeArn }));
    expect(error.code).toBe('ResourceNotFoundException');
  });
});

describe('CreateChallenge is refused', () => {
  it('for a connector of type INTUNE', async () => {
    const world = makeConnectorApiWorld();
    const { ConnectorArn } = await world.call('CreateConnector', {
      CertificateAuthorityArn: world.authorityArn,
      MobileDeviceManagement: {
        Intune: { AzureApplicationId: '11111111-2222-3333-4444-555555555555', Domain: 'a.example' },
      },
    });
    await world.settle();
    const error = await refusedWith(world.call('CreateChallenge', { ConnectorArn }));
    expect(error).toMatchObject({
      code: 'ValidationException',
      members: { Reason: 'INVALID_CONNECTOR_TYPE' },
    });
    expect(await world.call('ListChallengeMetadata', { ConnectorArn })).toEqual({ Challenges: [] });
  });

  it('for a connector that is not ACTIVE', async () => {
    const world = makeConnectorApiWorld();
    const { ConnectorArn } = await world.call('CreateConnector', {
      CertificateAuthorityArn: world.authorityArn,
    });
    const error = await refusedWith(world.call('CreateChallenge', { ConnectorArn }));
    expect(error.members).toEqual({ Reason: 'INVALID_STATE' });
  });

  it('beyond the quota, which is exact for twenty calls at once', async () => {
    const { world, ConnectorArn } = await makeWorld({ quotas: { challengesPerConnector: 5 } });
    const calls = Array.from({ length: 20 }, () => world.call('CreateChallenge', { ConnectorArn }));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    const { Challenges } = await world.call('ListChallengeMetadata', { ConnectorArn });
    expect(Challenges).toHaveLength(5);
    expect(await refusedWith(world.call('CreateChallenge', { ConnectorArn }))).toMatchObject({
      code: 'ServiceQuotaExceededException',
      members: {
        ResourceType: 'Challenge',
        ServiceCode: 'pca-connector-scep',
        QuotaCode: 'L-D42FC980',
      },
    });
    await world.call('DeleteChallenge', { ChallengeArn: Challenges[0]?.Arn ?? '' });
    await world.call('CreateChallenge', { ConnectorArn });
  });
});

describe('ClientToken of CreateChallenge', () => {
  it('gives the same challenge and password for five minutes, also in calls at once', async () => {
    const { world, ConnectorArn } = await makeWorld({ quotas: { challengesPerConnector: 1 } });
    const input = { ConnectorArn, ClientToken: 'token', Tags: { a: '1' } };
    const calls = Array.from({ length: 20 }, () => world.call('CreateChallenge', input));
    const answers = await Promise.all(calls);
    expect(new Set(answers.map(({ Challenge }) => Challenge.Password)).size).toBe(1);
    expect(await world.call('CreateChallenge', input)).toEqual(answers[0]);
    world.ahead = 6 * MINUTE_MS;
    const error = await refusedWith(world.call('CreateChallenge', input));
    expect(error.code).toBe('ServiceQuotaExceededException');
  });

  it('is a conflict with other tags, or once its challenge is deleted', async () => {
    const { world, ConnectorArn } = await makeWorld();
    const input = { ConnectorArn, ClientToken: 'token' };
    const { Challenge } = await world.call('CreateChallenge', input);
    const expected = {
      code: 'ConflictException',
      members: { ResourceId: Challenge.Arn, ResourceType: 'Challenge' },
    };
    const other = { ...input, Tags: { a: '1' } };
    expect(await refusedWith(world.call('CreateChallenge', other))).toMatchObject(expected);
    await world.call('DeleteChallenge', { ChallengeArn: Challenge.Arn });
    expect(await refusedWith(world.call('CreateChallenge', input))).toMatchObject(expected);
  });
});
