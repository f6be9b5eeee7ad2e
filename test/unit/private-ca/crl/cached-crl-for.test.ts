import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, SECOND_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { findAuthority } from '../../../../src/private-ca/authority/find-authority.ts';
import { KeyStoreError } from '../../../../src/private-ca/keys/key-store.ts';
import { authorityIdOf } from '../../../../src/private-ca/model/private-ca-arns.ts';
import { openPrivateCa, type PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import { authorityPartition } from '../../../../src/private-ca/records/authority-record.ts';
import { revocations } from '../../../../src/private-ca/revocation/revocation-record.ts';
import { putEntry } from '../../../../src/store/collection.ts';
import { type RecordStore, StoreUnavailableError } from '../../../../src/store/record-store.ts';
import { parseCrl } from '../../../../src/x509/parse-crl.ts';
import { openInMemoryRecordStore } from '../../../support/fakes/in-memory-record-store.ts';
import { issueTestCertificate, openRevokingCa } from '../../../support/servers/open-revoking-ca.ts';
import { TEST_SCOPE } from '../../../support/servers/open-test-private-ca.ts';

/** A CRL lives for seven days. */
const HALF_LIFE_MS = 3.5 * DAY_MS;
/** No attempt is repeated for this long. */
const PAUSE_MS = 15 * SECOND_MS;
const time = { now: 0 };
const reads = { lists: 0, indexPages: 0 };
const weather = { isKeyAway: false, isDiskFull: false };
let ca: PrivateCa;
let arn: string;

beforeEach(async () => {
  time.now = Date.parse('2026-06-01T12:00:00Z');
  Object.assign(weather, { isKeyAway: false, isDiskFull: false });
  const opened = await openRevokingCa(
    () => time.now,
    watched(openInMemoryRecordStore(() => time.now)),
  );
  arn = opened.arn;
  ca = withWeather(opened.ca);
  Object.assign(reads, { lists: 0, indexPages: 0 });
});

/** Counts the reads for a CRL. */
function watched(store: RecordStore): RecordStore {
  return {
    ...store,
    get(partition, collection, key) {
      if (collection === 'revocation-list') reads.lists += 1;
      return store.get(partition, collection, key);
    },
    list(partition, collection, page) {
      if (collection === 'revocations') reads.indexPages += 1;
      return store.list(partition, collection, page);
    },
    async commit(partition, writes) {
      if (weather.isDiskFull) throw new StoreUnavailableError('the disk is full');
      return store.commit(partition, writes);
    },
  };
}

/** A process whose key may be unavailable, like that of a token: signing shows it. */
function withWeather(calm: PrivateCa): PrivateCa {
  const process = openPrivateCa(calm);
  const { get } = process.signingKeys;
  const away = new KeyStoreError('unavailable', 'the token is away');
  Object.assign(process.signingKeys, {
    async get(id: string) {
      const key = await get(id);
      const sign: typeof key.sign = (...args) =>
        weather.isKeyAway ? Promise.reject(away) : key.sign(...args);
      return { sign };
    },
  });
  return process;
}

async function ask(process: PrivateCa = ca): Promise<Uint8Array | undefined> {
  const { value: authority } = await findAuthority(process, arn);
  return (await process.crls.cachedCrlFor(authority))?.crl;
}

async function revokeOne(): Promise<string> {
  const CertificateSerial = await issueTestCertificate(ca, arn);
  await ACTIONS.RevokeCertificate(ca, {
    CertificateAuthorityArn: arn,
    CertificateSerial,
    RevocationReason: 'KEY_COMPROMISE',
  });
  return CertificateSerial;
}

const askOften = () => Promise.all(Array.from({ length: 20 }, () => ask()));

describe('simultaneous requests', () => {
  it('share one read of the store and one CRL', async () => {
    await revokeOne();
    const lists = await askOften();
    expect(new Set(lists).size).toBe(1);
    expect(parseCrl(lists[0] ?? Buffer.alloc(0)).revoked).toHaveLength(1);
    expect(reads).toEqual({ lists: 2, indexPages: 1 });
  });

  it('share the last CRL of an authority that no longer signs', async () => {
    const last = await ask();
    time.now += 6 * 365 * DAY_MS;
    reads.lists = 0;
    await askOften();
    expect(await ask()).toEqual(last);
    expect(reads.lists).toBe(1);
  });
});

describe('while the key is unavailable', () => {
  it('serves the last CRL and reads the revocations only once per pause', async () => {
    await revokeOne();
    const last = await ask();
    time.now += HALF_LIFE_MS;
    weather.isKeyAway = true;
    Object.assign(reads, { lists: 0, indexPages: 0 });
    for (let i = 0; i < 3; i += 1) {
      expect(new Set(await askOften())).toEqual(new Set([last]));
    }
    expect(reads).toEqual({ lists: 1, indexPages: 1 });
    time.now += PAUSE_MS;
    await askOften();
    expect(reads).toEqual({ lists: 2, indexPages: 2 });
    weather.isKeyAway = false;
    time.now += PAUSE_MS;
    expect(await ask()).not.toEqual(last);
  });

  it('fails every request after a revocation as it failed the first', async () => {
    await ask();
    const serial = await revokeOne();
    weather.isKeyAway = true;
    Object.assign(reads, { lists: 0, indexPages: 0 });
    for (let i = 0; i < 3; i += 1) await expect(askOften()).rejects.toThrow(KeyStoreError);
    expect(reads).toEqual({ lists: 1, indexPages: 1 });
    weather.isKeyAway = false;
    time.now += PAUSE_MS;
    const { revoked } = parseCrl((await ask()) ?? Buffer.alloc(0));
    const named = revoked.map(({ serialNumber }) => Buffer.from(serialNumber).toString('hex'));
    expect(named.map((hex) => hex.slice(-32).padStart(32, '0'))).toEqual([serial]);
  });

  it('looks for revocations at every request, however recent the last one was', async () => {
    await ask();
    time.now += HALF_LIFE_MS;
    weather.isKeyAway = true;
    await ask();
    weather.isKeyAway = false;
    await revokeOne();
    expect(parseCrl((await ask()) ?? Buffer.alloc(0)).revoked).toHaveLength(1);
  });

  it('reads no revocations when the key cannot be opened', async () => {
    await ask();
    await revokeOne();
    Object.assign(ca.signingKeys, { get: () => Promise.reject(new Error('another master key')) });
    reads.indexPages = 0;
    await expect(ask()).rejects.toThrow('another master key');
    expect(reads.indexPages).toBe(0);
  });
});

it('serves the last CRL and reads the revocations only once per pause while the store takes no writes', async () => {
  const value = { revokedAt: time.now, reason: 'SUPERSEDED', notAfter: time.now + DAY_MS } as const;
  const partition = authorityPartition(authorityIdOf(TEST_SCOPE, arn));
  await ca.store.commit(partition, [putEntry(revocations, '0c'.padStart(32, '0'), value)]);
  const last = await ask();
  time.now += HALF_LIFE_MS;
  weather.isDiskFull = true;
  reads.indexPages = 0;
  for (let i = 0; i < 3; i += 1) expect(new Set(await askOften())).toEqual(new Set([last]));
  expect(reads.indexPages).toBe(1);
});
