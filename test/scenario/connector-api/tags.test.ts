import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ConnectorApiWorld,
  makeActiveConnector,
  makeConnectorApiWorld,
  refusedWith,
} from '../../support/servers/connector-api-world.ts';

const tooMany = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, '']));

/** Tags that are refused for every resource. */
const REFUSED: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['more than fifty', tooMany],
  ['an empty key', { '': 'value' }],
  ['a key of 129 characters', { ['k'.repeat(129)]: '' }],
  ['a value of 257 characters', { key: 'v'.repeat(257) }],
  ['a key reserved for AWS', { 'aws:cloudformation:stack-name': 'x' }],
  ['a key reserved for AWS in other letters', { 'AWS:x': 'x' }],
  ['a character that is not allowed in a key', { 'a,b': 'x' }],
  ['a character that is not allowed in a value', { key: 'a\nb' }],
  ['a lone surrogate', { key: '\ud800' }],
  ['an unknown scep: tag', { 'scep:unheard-of': 'x' }],
  ['a scep: tag in other letters', { 'SCEP:legacy': 'des' }],
];

describe.each(['connector', 'challenge'] as const)('tags of a %s', (kind) => {
  let world: ConnectorApiWorld;
  let connector: string;
  const make = async (Tags: Readonly<Record<string, string>>): Promise<string> => {
    if (kind === 'challenge') {
      const input = { ConnectorArn: connector, Tags };
      return (await world.call('CreateChallenge', input)).Challenge.Arn;
    }
    const input = { CertificateAuthorityArn: world.authorityArn, Tags };
    return (await world.call('CreateConnector', input)).ConnectorArn;
  };
  const updatedAt = async (arn: string) => {
    const found =
      kind === 'connector'
        ? (await world.call('GetConnector', { ConnectorArn: arn })).Connector
        : (await world.call('GetChallengeMetadata', { ChallengeArn: arn })).ChallengeMetadata;
    return found.UpdatedAt.getTime();
  };

  beforeAll(async () => {
    world = makeConnectorApiWorld();
    connector = await makeActiveConnector(world);
  });

  it('are set at creation, merged by TagResource and removed by UntagResource', async () => {
    const ResourceArn = await make({ team: 'a', 'Größe=1': ' +-=._:/@' });
    const before = await updatedAt(ResourceArn);
    world.ahead += 1_000;
    await world.call('TagResource', { ResourceArn, Tags: { team: 'b', __proto__x: '' } });
    expect(await updatedAt(ResourceArn)).toBeGreaterThan(before);
    const { Tags } = await world.call('ListTagsForResource', { ResourceArn });
    expect(Tags).toEqual({ team: 'b', 'Größe=1': ' +-=._:/@', __proto__x: '' });
    const TagKeys = ['team', 'not there'];
    await world.call('UntagResource', { ResourceArn, TagKeys });
    await world.call('UntagResource', { ResourceArn, TagKeys });
    expect(await world.call('ListTagsForResource', { ResourceArn })).toEqual({
      Tags: { 'Größe=1': ' +-=._:/@', __proto__x: '' },
    });
  });

  it.each(REFUSED)('are refused with %s', async (_case, Tags) => {
    expect((await refusedWith(make(Tags))).code).toBe('ValidationException');
    const ResourceArn = await make({ kept: 'yes' });
    const error = await refusedWith(world.call('TagResource', { ResourceArn, Tags }));
    expect(error.code).toBe('ValidationException');
    expect(await world.call('ListTagsForResource', { ResourceArn })).toEqual({
      Tags: { kept: 'yes' },
    });
  });

  it('are limited to fifty, old and new together', async () => {
    const { k0, ...fifty } = tooMany;
    const ResourceArn = await make(fifty);
    await world.call('TagResource', { ResourceArn, Tags: { k1: 'changed' } });
    const Tags = { one: `more${k0}` };
    const error = await refusedWith(world.call('TagResource', { ResourceArn, Tags }));
    expect(error.code).toBe('ValidationException');
  });

  it('are all stored after twenty calls at once', async () => {
    const ResourceArn = await make({});
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    await Promise.all(
      keys.map((key) => world.call('TagResource', { ResourceArn, Tags: { [key]: '' } })),
    );
    const { Tags } = await world.call('ListTagsForResource', { ResourceArn });
    expect(Object.keys(Tags).sort()).toEqual(keys.sort());
  });
});

describe('policy tags', () => {
  it('can change while the connector is in use, but never to a policy that is not valid', async () => {
    const world = makeConnectorApiWorld();
    const ResourceArn = await makeActiveConnector(world, {
      'scep:validity-max': '2000d',
      'scep:validity-default': '1900d',
    });
    const untag = { ResourceArn, TagKeys: ['scep:validity-max'] };
    const error = await refusedWith(world.call('UntagResource', untag));
    expect(error).toMatchObject({ code: 'ValidationException', message: /scep:validity-default/ });
    await world.call('UntagResource', {
      ResourceArn,
      TagKeys: ['scep:validity-max', 'scep:validity-default'],
    });
    const wrong = { ResourceArn, Tags: { 'scep:legacy': 'rot13' } };
    expect((await refusedWith(world.call('TagResource', wrong))).message).toMatch(/scep:legacy/);
    expect(await world.call('ListTagsForResource', { ResourceArn })).toEqual({ Tags: {} });
  });
});

describe('ResourceArn', () => {
  const world = makeConnectorApiWorld();

  it.each(['', 'connector', 'arn:aws', 'arn:aws:x:y'])(
    '%s is refused because it is no ARN',
    async (ResourceArn) => {
      const error = await refusedWith(world.call('ListTagsForResource', { ResourceArn }));
      expect(error.code).toBe('ValidationException');
    },
  );

  it.each([
    'arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/11111111-1111-4111-8111-111111111111',
    'arn:aws:pca-connector-scep:us-east-1:000000000000:connector/11111111-1111-4111-8111-111111111111',
    'arn:aws-cn:pca-connector-scep:us-east-1:000000000000:connector/11111111-1111-4111-8111-111111111111',
    'arn:aws:s3:::bucket',
  ])('%s is not found', async (ResourceArn) => {
    const error = await refusedWith(world.call('ListTagsForResource', { ResourceArn }));
    expect(error).toMatchObject({
      code: 'ResourceNotFoundException',
      members: { ResourceId: ResourceArn, ResourceType: 'Connector' },
    });
  });

  it('of a connector in deletion lists its tags but refuses new ones', async () => {
    const ResourceArn = await makeActiveConnector(world, { a: 'b' });
    await world.call('DeleteConnector', { ConnectorArn: ResourceArn });
    expect(await world.call('ListTagsForResource', { ResourceArn })).toEqual({ Tags: { a: 'b' } });
    const error = await refusedWith(world.call('TagResource', { ResourceArn, Tags: { c: 'd' } }));
    expect(error.members).toEqual({ Reason: 'INVALID_STATE' });
  });
});
