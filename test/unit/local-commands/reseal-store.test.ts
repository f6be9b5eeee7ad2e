import { createHash } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/config/usage-error.ts';
import { challengeDigestContext } from '../../../src/connectors/challenges/challenge-record.ts';
import {
  findChallengeById,
  findChallengeByPassword,
  openChallengePassword,
} from '../../../src/connectors/challenges/find-challenge.ts';
import { makeChallenge } from '../../../src/connectors/challenges/make-challenge.ts';
import { removeChallenge } from '../../../src/connectors/challenges/remove-challenge.ts';
import type { ConnectorRecord } from '../../../src/connectors/connector-record.ts';
import { rotateRaIdentity } from '../../../src/connectors/ra/rotate-ra-identity.ts';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import { resumeTransactions } from '../../../src/enrolment/transaction/unfinished-transactions.ts';
import { resealStore } from '../../../src/local-commands/reseal-store.ts';
import { prepareDev } from '../../../src/server/prepare-dev.ts';
import { isMasterKeyInUse, requireMasterKey } from '../../../src/server/require-master-key.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { createSealer } from '../../../src/store/seal.ts';
import { type Wired, type WireOverrides, wire } from '../../../src/wire.ts';
import { crashingStore } from '../../support/fakes/crashing-store.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import { issuedCertificate, readReply } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';

const OLD = createHash('sha256').update('the old master key').digest();
const NEW = createHash('sha256').update('the new master key').digest();
const HEADERS = [OLD, NEW].map((key) =>
  createSealer(key).seal(new Uint8Array(), '').split('.').slice(0, 2).join('.'),
);
const [OLD_HEADER = '', NEW_HEADER = ''] = HEADERS;
const QUOTAS = { connectors: 10, challengesPerConnector: 100 };

let device: TestDevice;
let store: RecordStore;
let connector: ConnectorRecord;
let password: string;

beforeAll(() => {
  device = makeDevice();
});
beforeEach(async () => {
  store = openInMemoryRecordStore(Date.now);
  const first = await replica(OLD);
  ({ connector, challengePassword: password } = await prepareDev(first));
});

/** A server that has just started on the store with these keys. */
async function replica(
  masterKey: Uint8Array,
  otherMasterKey?: Uint8Array,
  overrides: WireOverrides = {},
): Promise<Wired> {
  const wired = await wire(
    { storeDir: 'unused', masterKey, otherMasterKey },
    { store, ...overrides },
  );
  await requireMasterKey(wired);
  return wired;
}

async function ra({ enrolment }: Wired) {
  const found = await enrolment.findRaIdentities(connector.id);
  if (found === undefined) throw new Error('the connector has no RA identity');
  return found.current.certificate;
}

let transactions = 0;
async function enrol(wired: Wired, challengePassword: string) {
  transactions += 1;
  const recipient = await ra(wired);
  const csr = deviceCsr(device, { challengePassword });
  const options = { transactionId: `transaction-${transactions}` };
  const request = deviceRequest(device, recipient, csr, options);
  const reply = await handlePkiOperation(wired.enrolment, connector, request);
  return issuedCertificate(reply, recipient, device);
}

const newChallenge = (wired: Wired) =>
  makeChallenge({ ...wired, quotas: QUOTAS }, connector, { tags: {} });

/** Opens everything that another server has sealed. */
async function expectWorking(...wired: readonly [Wired, Wired]) {
  await rotateRaIdentity(wired[0], connector, { activeInMs: 0 });
  for (const maker of wired) {
    const { challenge, password: made } = await newChallenge(maker);
    for (const user of wired) {
      const found = await findChallengeById(store, connector.id, challenge.id);
      if (found === undefined) throw new Error('the challenge was not stored');
      expect(openChallengePassword(user.sealer, connector.id, found)).toBe(made);
      await enrol(user, made);
    }
    await removeChallenge(wired[1], connector, challenge.arn);
    for (const user of wired)
      expect(await findChallengeByPassword(user, connector.id, made)).toBeUndefined();
  }
}

/** Every record of the store as text. */
async function contents(): Promise<readonly string[]> {
  const records: string[] = [];
  for await (const { partition, collection } of store.collections()) {
    for (const { key, value } of await store.list(partition, collection, { limit: 10_000 })) {
      records.push(`${partition} ${collection} ${key} ${value}`);
    }
  }
  return records.toSorted();
}

async function expectResealed() {
  const records = await contents();
  expect(records.filter((record) => record.includes(OLD_HEADER))).toEqual([]);
  expect(records.filter((record) => record.includes(NEW_HEADER)).length).toBeGreaterThan(3);
  const digests = records.filter((record) => /^\S+ challenge-digests /.test(record));
  const passwords = records.filter((record) => /^\S+ challenges /.test(record));
  expect(digests).toHaveLength(passwords.length);
  const [digest] = createSealer(NEW).digests(password, challengeDigestContext(connector.id));
  expect(digests.some((record) => record.includes(digest))).toBe(true);
}

describe('the rotation of docs/master-key.md, with two replicas', () => {
  it('lets each replica open at every step what the other has sealed', async () => {
    const [a0, b0] = [await replica(OLD), await replica(OLD)];
    await expectWorking(a0, b0);
    const a1 = await replica(OLD, NEW);
    await expectWorking(a1, b0);
    const b1 = await replica(OLD, NEW);
    await expectWorking(a1, b1);
    const a2 = await replica(NEW, OLD);
    await expectWorking(a2, b1);
    const b2 = await replica(NEW, OLD);
    await expectWorking(a2, b2);
    const counts = await resealStore(await replica(NEW, OLD));
    expect(counts.get('authority-key')).toEqual({ seen: 1, resealed: 1 });
    expect(counts.get('challenges')).toEqual({ seen: 1, resealed: 1 });
    await expectResealed();
    await expectWorking(a2, b2);
    const a3 = await replica(NEW);
    await expectWorking(a3, b2);
    await expectWorking(a3, await replica(NEW));
    await expectResealed();
    expect([...(await resealStore(a3)).values()].every(({ resealed }) => resealed === 0)).toBe(
      true,
    );
  }, 120_000);

  it('fails no request of servers with both keys while the store is resealed', async () => {
    const server = await replica(NEW, OLD);
    for (let i = 0; i < 20; i += 1) await newChallenge(await replica(OLD, NEW));
    const under = { way: true };
    const resealing = resealStore(await replica(NEW, OLD)).finally(() => {
      under.way = false;
    });
    do {
      await enrol(server, password);
      expect(await findChallengeByPassword(server, connector.id, password)).toBeDefined();
    } while (under.way);
    await resealing;
    await expectResealed();
  });

  it('finds a challenge that moves between two lookups', async () => {
    const mover = await replica(NEW, OLD);
    const server = await replica(NEW, OLD);
    let looks = 0;
    const slow = {
      ...store,
      async get(...args: Parameters<RecordStore['get']>) {
        const found = await store.get(...args);
        looks += 1;
        if (looks === 1) await resealStore(mover);
        return found;
      },
    };
    const { password: unmoved } = await newChallenge(await replica(OLD, NEW));
    const found = await findChallengeByPassword({ ...server, store: slow }, connector.id, unmoved);
    expect(found).toBeDefined();
    expect(looks).toBe(2);
  });

  it('finishes a request under the new key that the CA has not yet answered', async () => {
    const holding: WireOverrides = {
      issuer: ({ local: _, ...remote }) => ({ ...remote, getCertificate: async () => undefined }),
    };
    const before = await replica(OLD, undefined, holding);
    const recipient = await ra(before);
    // Replies can only be encrypted with the challenge password, which the transaction keeps.
    const ecDevice = { ...makeDevice(ecKeyPair()), challengePassword: password };
    const csr = deviceCsr(ecDevice, { challengePassword: password });
    const request = deviceRequest(ecDevice, recipient, csr, { transactionId: 'waits' });
    const reply = await handlePkiOperation(before.enrolment, connector, request);
    expect(readReply(reply, recipient, ecDevice).status).toBe('PENDING');
    const counts = await resealStore(await replica(NEW, OLD));
    expect(counts.get('transactions')).toEqual({ seen: 1, resealed: 1 });
    await expectResealed();
    const after = await replica(NEW);
    expect(await resumeTransactions(after.enrolment)).toBe(0);
    const poll = Buffer.from('not looked at');
    const options = { type: 'CertPoll', transactionId: 'waits' } as const;
    const polled = deviceRequest(ecDevice, recipient, poll, options);
    const answer = await handlePkiOperation(after.enrolment, connector, polled);
    issuedCertificate(answer, recipient, ecDevice);
  });
});

describe('cut short', () => {
  it('at any commit, it can start again, and servers with both keys work meanwhile', async () => {
    await newChallenge(await replica(OLD));
    for (let commit = 1; ; commit += 1) {
      for (const moment of ['before', 'after'] as const) {
        const crashing = crashingStore(store, commit, moment);
        const { sealer } = await replica(NEW, OLD);
        const outcome = await resealStore({ store: crashing, sealer }).then(
          () => 'ended',
          (error: unknown) => String(error),
        );
        await enrol(await replica(NEW, OLD), password);
        if (outcome === 'ended') {
          await expectResealed();
          await enrol(await replica(NEW), password);
          return;
        }
        expect(outcome).toContain('killed');
        await expect(replica(NEW)).rejects.toThrow(UsageError);
      }
    }
  });
});

describe('requireMasterKey', () => {
  const refusal = async (starting: Promise<unknown>) => {
    const error: unknown = await starting.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  };

  it('refuses a wrong key and writes nothing', async () => {
    const before = await contents();
    const wrong = Buffer.alloc(32, 9);
    expect(await refusal(replica(wrong))).toMatch(/^the master key does not open what is in the/);
    expect(await refusal(replica(wrong, NEW))).toMatch(/^the master key does not open what is/);
    expect(await refusal(replica(NEW))).toMatch(/^the master key does not open what is in the/);
    expect(await contents()).toEqual(before);
  });

  it('refuses either key alone once both are in use', async () => {
    await replica(NEW, OLD);
    const message = /^the store has secrets under a second master key; give that one too/;
    expect(await refusal(replica(NEW))).toMatch(message);
    expect(await refusal(replica(OLD))).toMatch(message);
    expect(await refusal(replica(OLD, Buffer.alloc(32, 9)))).toMatch(message);
    await replica(OLD, NEW);
  });

  it('does not note a key that only opened and never was current', async () => {
    await replica(OLD, NEW);
    await replica(OLD);
    expect(await refusal(replica(NEW))).toMatch(/^the master key does not open/);
  });

  it('lets one of two concurrent first starts with different keys use the store', async () => {
    store = openInMemoryRecordStore(Date.now);
    const outcomes = await Promise.allSettled([replica(OLD), replica(NEW)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('tells a server that it still seals under a replaced key', async () => {
    const straggler = await replica(OLD, NEW);
    const server = await replica(NEW, OLD);
    expect([await isMasterKeyInUse(straggler), await isMasterKeyInUse(server)]).toEqual([
      true,
      true,
    ]);
    await resealStore(server);
    expect([await isMasterKeyInUse(straggler), await isMasterKeyInUse(server)]).toEqual([
      false,
      true,
    ]);
  });
});
