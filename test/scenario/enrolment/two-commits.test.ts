import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectorPartition } from '../../../src/connectors/connector-record.ts';
import { markDeletion } from '../../../src/connectors/deletion-mark.ts';
import { issuedCertificates } from '../../../src/enrolment/authorise/issued-certificate-record.ts';
import type { EnrolmentDependencies } from '../../../src/enrolment/decider.ts';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import { KeyStoreError } from '../../../src/private-ca/keys/key-store.ts';
import { listEntries } from '../../../src/store/collection.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { crashingStore } from '../../support/fakes/crashing-store.ts';
import { issuedCertificate, readReply } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type RequestOptions,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EmbeddedWorld, makeEmbeddedWorld } from '../../support/servers/embedded-world.ts';

/**
 * With the embedded CA an enrolment is two commits: the connector's, then the CA's
 * (docs/adr/0017-exactly-once-issuing.md).
 */
let device: TestDevice;
let world: EmbeddedWorld;
let csr: Uint8Array;

beforeAll(() => {
  device = makeDevice();
});
beforeEach(async () => {
  world = await makeEmbeddedWorld({ 'scep:pending-wait': '1s' });
  csr = deviceCsr(device, { challengePassword: world.challengePassword });
});

const send = (deps: EnrolmentDependencies, options: RequestOptions = {}) =>
  handlePkiOperation(deps, world.connector, deviceRequest(device, world.ra, csr, options));
const enrol = async (deps = world.replica()) =>
  issuedCertificate(await send(deps), world.ra, device);
const poll = async (deps = world.replica()) => {
  const message = deviceRequest(device, world.ra, Buffer.from('not looked at'), {
    type: 'CertPoll',
  });
  return issuedCertificate(
    await handlePkiOperation(deps, world.connector, message),
    world.ra,
    device,
  );
};
const onRecord = () =>
  listEntries(world.store, connectorPartition(world.connector.id), issuedCertificates, {
    limit: 10,
  });

function counting(store: RecordStore) {
  const partitions: string[] = [];
  const commit: RecordStore['commit'] = (partition, writes) => {
    partitions.push(partition);
    return store.commit(partition, writes);
  };
  return { partitions, store: { ...store, commit } };
}

it("makes one commit in the connector's partition and then one in the CA's", async () => {
  const { partitions, store } = counting(world.store);
  await enrol(world.replica(store));
  expect(partitions).toEqual([
    connectorPartition(world.connector.id),
    `ca-${world.authorityArn.slice(-36)}`,
  ]);
});

it('makes no commit for a repeat of a finished request', async () => {
  const first = await enrol();
  const { partitions, store } = counting(world.store);
  expect(await enrol(world.replica(store))).toEqual(first);
  expect(partitions).toEqual([]);
});

describe('a process that is killed', () => {
  const moments = [
    [1, 'before'],
    [1, 'after'],
    [2, 'before'],
    [2, 'after'],
  ] as const;
  const killed = async (commit: number, moment: 'before' | 'after') => {
    const dying = world.replica(crashingStore(world.store, commit, moment));
    await expect(send(dying)).rejects.toThrow();
    const [left] = await onRecord();
    return left?.value.certificate;
  };

  it.each(moments)(
    'at commit %d (%s it) leaves one certificate for the same request',
    async (commit, moment) => {
      const left = await killed(commit, moment);
      const { der } = await enrol();
      if (left !== undefined) expect(Buffer.from(der)).toEqual(Buffer.from(left));
      expect(await enrol()).toMatchObject({ der });
      expect(await onRecord()).toHaveLength(1);
      expect(await world.countIssued()).toBe(1);
    },
  );

  it.each(moments.slice(1))(
    'at commit %d (%s it) leaves one certificate for a poll',
    async (commit, moment) => {
      const left = await killed(commit, moment);
      const { der } = await poll();
      expect(Buffer.from(der)).toEqual(Buffer.from(left ?? []));
      expect(await enrol()).toMatchObject({ der });
      expect(await world.countIssued()).toBe(1);
    },
  );

  it('between the commits leaves a certificate that nobody gets while the CA is disabled', async () => {
    await killed(2, 'before');
    await world.setStatus('DISABLED');
    const refusal = readReply(await send(world.replica()), world.ra, device);
    expect(refusal).toMatchObject({ status: 'FAILURE' });
    expect(await world.countIssued()).toBe(0);
    await world.setStatus('ACTIVE');
    const { der } = await enrol();
    const [left] = await onRecord();
    expect(Buffer.from(der)).toEqual(Buffer.from(left?.value.certificate ?? []));
    expect(await world.countIssued()).toBe(1);
  });

  it('between the commits leaves a certificate that a process without the CA withholds', async () => {
    await killed(2, 'before');
    const deps = world.replica();
    const {
      describeAuthority,
      issueCertificate,
      getCertificate,
      revocationReasonOf,
      getRevocationList,
    } = deps.issuer;
    const issuer = {
      ...{
        describeAuthority,
        issueCertificate,
        getCertificate,
        revocationReasonOf,
        getRevocationList,
      },
    };
    await expect(send({ ...deps, issuer })).rejects.toMatchObject({ fault: 'unavailable' });
  });

  it('between the commits counts against the life of the same request', async () => {
    await killed(2, 'before');
    world.pass(200 * 86_400_000);
    await enrol();
    expect(await onRecord()).toHaveLength(2);
    expect(await world.countIssued()).toBe(1);
  });
});

describe('requests at the same time', () => {
  it('on eight replicas become one certificate, which all get', async () => {
    const enrolled = await Promise.all(Array.from({ length: 8 }, () => enrol()));
    expect(new Set(enrolled.map(({ der }) => Buffer.from(der).toString('hex'))).size).toBe(1);
    expect(await onRecord()).toHaveLength(1);
    expect(await world.countIssued()).toBe(1);
  });

  it('as the deletion of the connector get nothing, and the CA issues nothing', async () => {
    const get: RecordStore['commit'] = async (partition, writes) => {
      if (partition === connectorPartition(world.connector.id)) {
        await world.store.commit(partition, [markDeletion()]);
      }
      return world.store.commit(partition, writes);
    };
    const result = await send(world.replica({ ...world.store, commit: get }));
    expect(readReply(result, world.ra, device)).toMatchObject({ status: 'FAILURE' });
    expect(await world.countIssued()).toBe(0);
  });
});

it('while the key of the CA is away, the request waits as at a remote CA', async () => {
  const get = () => Promise.reject(new KeyStoreError('unavailable', 'the token is away'));
  const away = world.replica(world.store, { signingKeys: { ...world.ca.signingKeys, get } });
  expect(readReply(await send(away), world.ra, device)).toMatchObject({ status: 'PENDING' });
  expect(await world.countIssued()).toBe(0);
  const { der } = await poll();
  expect(await enrol()).toMatchObject({ der });
  expect(await world.countIssued()).toBe(1);
});

it('a signature of the CA that does not verify never leaves the process', async () => {
  const get: typeof world.ca.signingKeys.get = async (id) => {
    const key = await world.ca.signingKeys.get(id);
    const sign: typeof key.sign = async (algorithm) => key.sign(algorithm, Buffer.from('other'));
    return { ...key, sign };
  };
  const faulty = world.replica(world.store, { signingKeys: { ...world.ca.signingKeys, get } });
  expect(readReply(await send(faulty), world.ra, device)).toMatchObject({ status: 'PENDING' });
  expect(await world.countIssued()).toBe(0);
});
