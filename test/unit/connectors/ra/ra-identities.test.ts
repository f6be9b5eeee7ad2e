import { createHash, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connectorPartition } from '../../../../src/connectors/connector-record.ts';
import {
  chooseRaIdentities,
  createRaIdentityFinder,
  type FindRaIdentities,
} from '../../../../src/connectors/ra/ra-identities.ts';
import {
  MAX_RA_GENERATIONS,
  raIdentities,
} from '../../../../src/connectors/ra/ra-identity-record.ts';
import {
  type RaRenewalDependencies,
  renewRaIdentity,
} from '../../../../src/connectors/ra/renew-ra-identity.ts';
import { rotateRaIdentity } from '../../../../src/connectors/ra/rotate-ra-identity.ts';
import { DAY_MS } from '../../../../src/durations.ts';
import { listEntries } from '../../../../src/store/collection.ts';
import { createSealer } from '../../../../src/store/seal.ts';
import { crashingStore } from '../../../support/fakes/crashing-store.ts';
import { createFakeIssuer, type FakeIssuer } from '../../../support/fakes/fake-issuer.ts';
import { openInMemoryRecordStore } from '../../../support/fakes/in-memory-record-store.ts';
import { makeIdentity } from '../../../support/keys/test-authority.ts';
import { sampleConnector } from '../../../support/servers/sample-connector.ts';

const sealer = createSealer(createHash('sha256').update('test master key').digest());

let now: number;
let issuer: FakeIssuer;
let deps: RaRenewalDependencies;
let find: FindRaIdentities;
const connector = { ...sampleConnector(), status: 'CREATING' } as const;

beforeEach(() => {
  now = Date.now();
  issuer = createFakeIssuer();
  const clock = () => now;
  const store = openInMemoryRecordStore(clock);
  deps = { store, sealer, issuer, clock, randomUuid: () => randomUUID() };
  find = createRaIdentityFinder(deps);
});

/** Generations as [current, next, ...usable]. */
async function generations() {
  const set = await find(connector.id);
  return (
    set && [set.current.generation, set.next?.generation, set.usable.map((ra) => ra.generation)]
  );
}

describe('chooseRaIdentities', () => {
  const generation = (number: number, activeFrom: number, end: number) => ({
    generation: number,
    activeFrom,
    certificate: { notAfter: new Date(end) } as never,
  });
  const choose = (at: number, ...all: ReturnType<typeof generation>[]) => {
    const set = chooseRaIdentities(all, at);
    return (
      set && [set.current.generation, set.next?.generation, set.usable.map((g) => g.generation)]
    );
  };

  it('chooses nothing when no generation is valid', () => {
    expect(choose(10)).toBeUndefined();
    expect(choose(10, generation(1, 0, 10))).toBeUndefined();
  });

  it('lets the next one take over by the clock alone, and keeps the old one until it ends', () => {
    const all = [generation(1, 0, 100), generation(2, 50, 200)];
    expect(choose(49, ...all)).toEqual([1, 2, [1, 2]]);
    expect(choose(50, ...all)).toEqual([2, undefined, [2, 1]]);
    expect(choose(100, ...all)).toEqual([2, undefined, [2]]);
  });

  it('uses the next one early when the current one has ended', () => {
    expect(choose(20, generation(1, 0, 20), generation(2, 50, 200))).toEqual([2, undefined, [2]]);
  });

  it('never goes back from an active generation to an earlier one', () => {
    const all = [generation(1, 0, 99), generation(2, 50, 99), generation(3, 10, 99)];
    expect(choose(5, ...all)).toEqual([1, 3, [1, 3, 2]]);
    expect(choose(10, ...all)).toEqual([3, undefined, [3, 2, 1]]);
    expect(choose(60, ...all)).toEqual([3, undefined, [3, 2, 1]]);
  });

  it('takes the sooner of two future generations as the next', () => {
    const all = [generation(1, 0, 99), generation(2, 10, 99), generation(3, 50, 99)];
    expect(choose(5, ...all)).toEqual([1, 2, [1, 2, 3]]);
    expect(choose(20, ...all)).toEqual([2, 3, [2, 3, 1]]);
  });
});

describe('renewRaIdentity', () => {
  it('makes the first generation at once, and no other before it is due', async () => {
    expect(await find(connector.id)).toBeUndefined();
    expect(await renewRaIdentity(deps, connector)).toMatchObject({
      generation: 1,
      activeFrom: now,
    });
    expect(await generations()).toEqual([1, undefined, [1]]);
    now += 304 * DAY_MS;
    expect(await renewRaIdentity(deps, connector)).toBeUndefined();
    expect(issuer.issued).toHaveLength(1);
  });

  it('makes no second certificate or second successor when its clock is behind that of the CA', async () => {
    issuer = createFakeIssuer(() => now + 2 * DAY_MS);
    deps = { ...deps, issuer };
    await renewRaIdentity(deps, connector);
    expect(await renewRaIdentity(deps, connector)).toBeUndefined();
    now += 306 * DAY_MS;
    expect(await renewRaIdentity(deps, connector)).toMatchObject({ generation: 2 });
    expect(await renewRaIdentity(deps, connector)).toBeUndefined();
  });

  it('makes the next generation 60 days before the end, which takes over two weeks later', async () => {
    await renewRaIdentity(deps, connector);
    now += 306 * DAY_MS;
    expect(await renewRaIdentity(deps, connector)).toMatchObject({
      generation: 2,
      activeFrom: now + 14 * DAY_MS,
    });
    expect(await renewRaIdentity(deps, connector)).toBeUndefined();
    expect(await generations()).toEqual([1, 2, [1, 2]]);
    now += 14 * DAY_MS;
    expect(await generations()).toEqual([2, undefined, [2, 1]]);
    now += 46 * DAY_MS;
    expect(await generations()).toEqual([2, undefined, [2]]);
  });

  it('announces the next generation for half of the time left when little is left', async () => {
    await renewRaIdentity(deps, connector);
    now += 363 * DAY_MS;
    const next = await renewRaIdentity(deps, connector);
    expect((next?.activeFrom ?? 0) - now).toBeGreaterThan(0.9 * DAY_MS);
    expect((next?.activeFrom ?? 0) - now).toBeLessThanOrEqual(DAY_MS);
  });

  it('begins again after all generations have ended, and does not mistake the new key for the old', async () => {
    await renewRaIdentity(deps, connector);
    const old = await find(connector.id);
    now += 366 * DAY_MS;
    expect(await find(connector.id)).toBeUndefined();
    expect(await renewRaIdentity(deps, connector)).toMatchObject({
      generation: 1,
      activeFrom: now,
    });
    const fresh = await find(connector.id);
    expect(fresh?.current.certificate.der).not.toEqual(old?.current.certificate.der);
  });

  it('makes no generation that would end no later, when the CA is near its own end', async () => {
    const ca = makeIdentity({
      subject: 'CN=Ending CA',
      ca: {},
      notAfter: new Date(Math.ceil((now + 30 * DAY_MS) / 1_000) * 1_000),
    });
    const authority = await issuer.describeAuthority(issuer.authorityArn);
    vi.spyOn(issuer, 'describeAuthority').mockResolvedValue({
      ...authority,
      certificate: ca.certificate.der,
    });
    await renewRaIdentity(deps, connector);
    for (let day = 0; day < 29; day += 1) {
      expect(await renewRaIdentity(deps, connector)).toBeUndefined();
      now += DAY_MS;
    }
    expect(issuer.issued).toHaveLength(1);
    expect(issuer.issued[0]?.notAfter).toEqual(ca.certificate.notAfter);
  });

  it('makes one generation when twenty processes renew at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => renewRaIdentity(deps, connector)));
    expect(await generations()).toEqual([1, undefined, [1]]);
  });

  it.each(['before', 'after'] as const)(
    'makes one generation although a process is killed %s the commit',
    async (moment) => {
      const dying = { ...deps, store: crashingStore(deps.store, 1, moment) };
      await expect(renewRaIdentity(dying, connector)).rejects.toThrow('killed');
      await renewRaIdentity(deps, connector);
      expect(await generations()).toEqual([1, undefined, [1]]);
    },
  );
});

describe('rotateRaIdentity', () => {
  const rotate = (activeInMs: number) => rotateRaIdentity(deps, connector, { activeInMs });

  it('activates the new generation at once', async () => {
    await renewRaIdentity(deps, connector);
    expect(await rotate(0)).toMatchObject({ generation: 2, activeFrom: now });
    expect(await generations()).toEqual([2, undefined, [2, 1]]);
  });

  it('retires the other generations if told to, including those that are not yet active', async () => {
    await renewRaIdentity(deps, connector);
    await rotate(7 * DAY_MS);
    await rotateRaIdentity(deps, connector, { activeInMs: 0, retiresOthers: true });
    expect(await generations()).toEqual([3, undefined, [3]]);
    expect(await renewRaIdentity(deps, connector)).toBeUndefined();
  });

  it('activates a generation later, or another one at once after all', async () => {
    await renewRaIdentity(deps, connector);
    await rotate(7 * DAY_MS);
    expect(await generations()).toEqual([1, 2, [1, 2]]);
    await rotate(0);
    expect(await generations()).toEqual([3, undefined, [3, 2, 1]]);
    now += 8 * DAY_MS;
    expect(await generations()).toEqual([3, undefined, [3, 2, 1]]);
  });

  it('refuses a time after the end of the new certificate', async () => {
    await expect(rotate(366 * DAY_MS)).rejects.toThrow(RangeError);
    expect(issuer.issued).toHaveLength(0);
  });

  it('makes five generations with five keys when called five times at once', async () => {
    await renewRaIdentity(deps, connector);
    const made = await Promise.all(Array.from({ length: 5 }, () => rotate(0)));
    expect(made.map(({ generation }) => generation).toSorted()).toEqual([2, 3, 4, 5, 6]);
    const usable = (await find(connector.id))?.usable ?? [];
    expect(usable.map(({ generation }) => generation)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(
      new Set(usable.map(({ certificate }) => certificate.subjectPublicKeyInfo.toString())).size,
    ).toBe(6);
  });

  it('forgets the oldest generation of a full connector, never the current one', async () => {
    await renewRaIdentity(deps, connector);
    const later = Array.from({ length: MAX_RA_GENERATIONS + 1 }, (_, i) => (20 - i) * DAY_MS);
    for (const activeIn of later) await rotate(activeIn);
    const usable = (await find(connector.id))?.usable ?? [];
    expect(usable).toHaveLength(MAX_RA_GENERATIONS);
    expect(usable.slice(0, 3).map(({ generation }) => generation)).toEqual([1, 18, 17]);
    expect(usable.map(({ generation }) => generation)).not.toContain(2);
  });
});

describe('createRaIdentityFinder', () => {
  it('sees at once what another process stored, and opens each key once', async () => {
    const open = vi.fn(sealer.open);
    const watched = createRaIdentityFinder({ ...deps, sealer: { ...sealer, open } });
    await renewRaIdentity(deps, connector);
    await watched(connector.id);
    const first = await watched(connector.id);
    expect(open).toHaveBeenCalledTimes(1);
    await rotateRaIdentity(deps, connector, { activeInMs: 0 });
    const second = await watched(connector.id);
    expect(open).toHaveBeenCalledTimes(2);
    expect(second?.usable[1]?.privateKey).toBe(first?.current.privateKey);
  });

  it('keeps the opened keys of the connectors that were asked for last', async () => {
    const open = vi.fn(sealer.open);
    const finder = { ...deps, sealer: { ...sealer, open }, maxCachedConnectors: 1 };
    const watched = createRaIdentityFinder(finder);
    const other = { ...connector, id: '22222222-2222-4222-8222-222222222222' };
    for (const { id } of [connector, other]) {
      await renewRaIdentity(deps, { ...connector, id });
      await watched(id);
      await watched(id);
    }
    expect(open).toHaveBeenCalledTimes(2);
    await watched(connector.id);
    expect(open).toHaveBeenCalledTimes(3);
  });

  it('reads records that hold no key in the clear and expire with their certificate', async () => {
    const made = await renewRaIdentity(deps, connector);
    const partition = connectorPartition(connector.id);
    const [entry] = await listEntries(deps.store, partition, raIdentities, { limit: 2 });
    expect(entry?.expiresAt).toBe(made?.certificate.notAfter.getTime());
    const key = (await find(connector.id))?.current.privateKey.export({
      format: 'der',
      type: 'pkcs8',
    });
    expect(entry?.value.sealedPrivateKey).not.toContain(key?.toString('base64').slice(100, 140));
  });
});
