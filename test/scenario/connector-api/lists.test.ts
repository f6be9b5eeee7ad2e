import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resumeConnectors } from '../../../src/connectors/unfinished-connectors.ts';
import {
  CALLER,
  makeActiveConnector,
  makeConnectorApiWorld,
  refusedWith,
} from '../../support/servers/connector-api-world.ts';

/**
 * What happens between two pages: how many things are made, and which are deleted, by their index
 * among those that exist.
 */
const betweenPages = fc.array(
  fc.record({ made: fc.nat(3), deleted: fc.array(fc.nat(), { maxLength: 3 }) }),
  { maxLength: 8 },
);
const scenario = fc.record({
  atFirst: fc.nat(25),
  pageSize: fc.integer({ min: 1, max: 7 }),
  between: betweenPages,
});

interface Listed {
  readonly arns: readonly string[];
  readonly next: string | undefined;
}

/** Reads all pages while things come and go, and compares them with the things that existed. */
async function walk(
  things: {
    make(): Promise<string>;
    remove(arn: string): Promise<unknown>;
    list(limit: number, token: string | undefined): Promise<Listed>;
  },
  { atFirst, pageSize, between }: typeof scenario extends fc.Arbitrary<infer T> ? T : never,
): Promise<void> {
  let living: string[] = [];
  for (let count = 0; count < atFirst; count += 1) living.push(await things.make());
  const lived = new Set(living);
  let throughout = [...living];
  const seen: string[] = [];
  let token: string | undefined;
  const steps = [...between];
  do {
    const page = await things.list(pageSize, token);
    expect(page.arns.length).toBeLessThanOrEqual(pageSize);
    if (page.next !== undefined) expect(page.arns).toHaveLength(pageSize);
    seen.push(...page.arns);
    token = page.next;
    const { made = 0, deleted = [] } = steps.shift() ?? {};
    for (const place of deleted) {
      const victim = living[place % Math.max(1, living.length)];
      if (victim === undefined) continue;
      await things.remove(victim);
      living = living.filter((arn) => arn !== victim);
      throughout = throughout.filter((arn) => arn !== victim);
    }
    for (let count = 0; count < made; count += 1) {
      const arn = await things.make();
      living.push(arn);
      lived.add(arn);
    }
  } while (token !== undefined);
  expect(new Set(seen).size, 'nothing comes twice').toBe(seen.length);
  expect(
    seen.filter((arn) => !lived.has(arn)),
    'every item has existed',
  ).toEqual([]);
  expect(
    throughout.filter((arn) => !seen.includes(arn)),
    'nothing is left out',
  ).toEqual([]);
}

describe('the pages', () => {
  it('of ListConnectors miss and repeat nothing while connectors come and go', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (steps) => {
        const world = makeConnectorApiWorld();
        const input = { CertificateAuthorityArn: world.authorityArn };
        // With an inactive CA the connectors become FAILED, which costs no key pair.
        world.describeAuthority = (authority) => ({ ...authority, status: 'NOT_ACTIVE' });
        await walk(
          {
            make: async () => {
              const { ConnectorArn } = await world.call('CreateConnector', input);
              await world.settle();
              return ConnectorArn;
            },
            remove: async (ConnectorArn) => {
              await world.call('DeleteConnector', { ConnectorArn });
              await world.settle();
            },
            list: async (MaxResults, NextToken) => {
              const page = await world.call('ListConnectors', { MaxResults, NextToken });
              return { arns: page.Connectors.map(({ Arn }) => Arn), next: page.NextToken };
            },
          },
          steps,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('of ListChallengeMetadata miss and repeat nothing while challenges come and go', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (steps) => {
        const world = makeConnectorApiWorld();
        const ConnectorArn = await makeActiveConnector(world);
        await walk(
          {
            make: async () => (await world.call('CreateChallenge', { ConnectorArn })).Challenge.Arn,
            remove: (ChallengeArn) => world.call('DeleteChallenge', { ChallengeArn }),
            list: async (MaxResults, NextToken) => {
              const input = { ConnectorArn, MaxResults, NextToken };
              const page = await world.call('ListChallengeMetadata', input);
              return { arns: page.Challenges.map(({ Arn }) => Arn), next: page.NextToken };
            },
          },
          steps,
        );
      }),
      { numRuns: 15 },
    );
  });
});

describe('NextToken', () => {
  it('is present only when more remains, after a page of a hundred by default', async () => {
    const world = makeConnectorApiWorld({ quotas: { challengesPerConnector: 250 } });
    const ConnectorArn = await makeActiveConnector(world);
    for (let count = 0; count < 201; count += 1) {
      await world.call('CreateChallenge', { ConnectorArn });
    }
    const sizes: number[] = [];
    let NextToken: string | undefined;
    do {
      const page = await world.call('ListChallengeMetadata', { ConnectorArn, NextToken });
      sizes.push(page.Challenges.length);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(sizes).toEqual([100, 100, 1]);
    const whole = { ConnectorArn, MaxResults: 201 };
    expect(await world.call('ListChallengeMetadata', whole)).not.toHaveProperty('NextToken');
  });

  it('is valid for its own operation, account, region and connector alone', async () => {
    const world = makeConnectorApiWorld();
    const [one, other] = [await makeActiveConnector(world), await makeActiveConnector(world)];
    for (const ConnectorArn of [one, one, other, other]) {
      await world.call('CreateChallenge', { ConnectorArn });
    }
    const connectors = await world.call('ListConnectors', { MaxResults: 1 });
    const challenges = await world.call('ListChallengeMetadata', {
      ConnectorArn: one,
      MaxResults: 1,
    });
    const misused = [
      world.call('ListConnectors', { NextToken: challenges.NextToken }),
      world.call('ListConnectors', connectors, { ...CALLER, accountId: '111111111111' }),
      world.call('ListConnectors', connectors, { ...CALLER, region: 'eu-west-1' }),
      world.call('ListChallengeMetadata', { ...challenges, ConnectorArn: other }),
      world.call('ListConnectors', { NextToken: 'AAAA' }),
    ];
    for (const call of misused) {
      expect((await refusedWith(call)).code).toBe('ValidationException');
    }
  });

  it('is absent when only identifiers that were claimed and never used remain', async () => {
    const world = makeConnectorApiWorld();
    world.describeAuthority = (authority) => ({ ...authority, status: 'NOT_ACTIVE' });
    const arns = [];
    for (let count = 0; count < 3; count += 1) arns.push(await makeActiveConnector(world));
    const claimed = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
    await world.api.store.commit('account-000000000000-us-east-1', [
      { kind: 'put', collection: 'connectors', key: claimed, value: '{"listedAt":0}' },
    ]);
    const page = await world.call('ListConnectors', { MaxResults: 3 });
    expect(page.Connectors.map(({ Arn }) => Arn)).toEqual(arns.toSorted());
    expect(page.NextToken).toBeUndefined();
    await resumeConnectors(world.api);
  });
});
