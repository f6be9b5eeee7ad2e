import { describe, expect, it } from 'vitest';
import { resumeConnectors } from '../../../src/connectors/unfinished-connectors.ts';
import { MINUTE_MS } from '../../../src/durations.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { crashingStore } from '../../support/fakes/crashing-store.ts';
import {
  auditConnectors,
  leftOf,
  unfinishedConnectors,
} from '../../support/load/audit-connectors.ts';
import {
  type ConnectorApiWorld,
  makeActiveConnector,
  makeConnectorApiWorld,
  refusedWith,
} from '../../support/servers/connector-api-world.ts';

const MOMENTS = ['before', 'after'] as const;

/** A world whose store dies at a chosen commit; the next process has a whole store again. */
function makeMortalWorld() {
  let store: RecordStore | undefined;
  let whole: RecordStore | undefined;
  const world = makeConnectorApiWorld({
    store: (inMemory) => {
      whole = inMemory;
      const current = () => store ?? inMemory;
      return {
        get: (...args) => current().get(...args),
        list: (...args) => current().list(...args),
        commit: (...args) => current().commit(...args),
        increment: (...args) => current().increment(...args),
        collections: () => current().collections(),
        close: () => inMemory.close(),
      };
    },
  });
  return {
    world,
    /** Runs `work` until the given commit kills it. @returns whether it was killed */
    async runUntil(commit: number, moment: 'before' | 'after', work: () => Promise<unknown>) {
      if (whole === undefined) throw new Error('there is a store');
      store = crashingStore(whole, commit, moment);
      const outcome = await work().then(
        () => undefined,
        (error: unknown) => error,
      );
      store = undefined;
      world.forgetBackground();
      if (outcome === undefined) return false;
      expect(outcome).toMatchObject({ message: 'killed' });
      return true;
    },
  };
}

/**
 * Calls `attempt` for the first commit, the second and so on, until it returns that nothing died.
 * @returns how many attempts died
 */
async function atEveryCommit(attempt: (commit: number) => Promise<boolean>): Promise<number> {
  for (let commit = 1; ; commit += 1) {
    if (!(await attempt(commit))) return commit - 1;
  }
}

const create = async (world: ConnectorApiWorld) => {
  const created = await world.call('CreateConnector', {
    CertificateAuthorityArn: world.authorityArn,
    ClientToken: 'token',
  });
  await world.settle();
  return created;
};

describe.each(MOMENTS)('CreateConnector killed %s any of its commits', (moment) => {
  it('is completed by the same call again', async () => {
    const crashes = await atEveryCommit(async (commit) => {
      const { world, runUntil } = makeMortalWorld();
      const killed = await runUntil(commit, moment, () => create(world));
      const { ConnectorArn } = await create(world);
      world.ahead = 21_000;
      await resumeConnectors(world.api);
      const { Connectors } = await world.call('ListConnectors', {});
      expect(Connectors.map(({ Arn, Status }) => [Arn, Status])).toEqual([
        [ConnectorArn, 'ACTIVE'],
      ]);
      expect(await auditConnectors(world.api.store)).toHaveLength(1);
      return killed;
    });
    expect(crashes).toBeGreaterThanOrEqual(7);
  });

  it('is finished or undone as a whole without another call', async () => {
    const outcomes: number[] = [];
    await atEveryCommit(async (commit) => {
      const { world, runUntil } = makeMortalWorld();
      const killed = await runUntil(commit, moment, () => create(world));
      world.ahead = 21_000;
      await resumeConnectors(world.api);
      world.ahead = 11 * MINUTE_MS;
      await resumeConnectors(world.api);
      const { Connectors } = await world.call('ListConnectors', {});
      expect(Connectors.every(({ Status }) => Status === 'ACTIVE')).toBe(true);
      expect(await auditConnectors(world.api.store)).toHaveLength(Connectors.length);
      expect(await unfinishedConnectors(world.api.store)).toBe(0);
      outcomes.push(Connectors.length);
      return killed;
    });
    expect(outcomes, 'the first are undone, the later ones are finished').toEqual(
      outcomes.toSorted((a, b) => a - b),
    );
    expect(outcomes).toEqual(expect.arrayContaining([0, 1]));
  });
});

describe.each(MOMENTS)('DeleteConnector killed %s any of its commits', (moment) => {
  it('is finished after the restart, or has not begun', async () => {
    const crashes = await atEveryCommit(async (commit) => {
      const { world, runUntil } = makeMortalWorld();
      const ConnectorArn = await makeActiveConnector(world);
      const { Challenge } = await world.call('CreateChallenge', { ConnectorArn });
      world.ahead = 2 * MINUTE_MS;
      await resumeConnectors(world.api);
      expect(await unfinishedConnectors(world.api.store)).toBe(0);
      const killed = await runUntil(commit, moment, async () => {
        await world.call('DeleteConnector', { ConnectorArn });
        await world.settle();
      });
      await resumeConnectors(world.api);
      const left = await world.call('ListConnectors', {});
      if (left.Connectors.length > 0) {
        expect(left.Connectors.map(({ Status }) => Status)).toEqual(['ACTIVE']);
        const ChallengeArn = Challenge.Arn;
        const { Password } = await world.call('GetChallengePassword', { ChallengeArn });
        expect(Password).toBe(Challenge.Password);
        await world.call('DeleteConnector', { ConnectorArn });
        await resumeConnectors(world.api);
      }
      expect(await leftOf(world.api.store, ConnectorArn)).toEqual([]);
      expect(await auditConnectors(world.api.store)).toEqual([]);
      const error = await refusedWith(world.call('GetConnector', { ConnectorArn }));
      expect(error.code).toBe('ResourceNotFoundException');
      return killed;
    });
    expect(crashes).toBeGreaterThanOrEqual(8);
  });
});

describe.each(MOMENTS)(
  'CreateChallenge and DeleteChallenge killed %s any of their commits',
  (moment) => {
    it('leave a whole challenge or none, and its token gives the one that is left', async () => {
      await atEveryCommit(async (commit) => {
        const { world, runUntil } = makeMortalWorld();
        const ConnectorArn = await makeActiveConnector(world);
        const input = { ConnectorArn, ClientToken: 'token' };
        const killed = await runUntil(commit, moment, () => world.call('CreateChallenge', input));
        const { Challenge } = await world.call('CreateChallenge', input);
        await auditConnectors(world.api.store);
        const ChallengeArn = Challenge.Arn;
        const again = await runUntil(commit, moment, () =>
          world.call('DeleteChallenge', { ChallengeArn }),
        );
        await auditConnectors(world.api.store);
        const { Challenges } = await world.call('ListChallengeMetadata', { ConnectorArn });
        expect(Challenges).toHaveLength(again && moment === 'before' ? 1 : 0);
        return killed || again;
      });
    });
  },
);
