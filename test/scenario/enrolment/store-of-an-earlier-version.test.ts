import { createHash, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  findChallengeByPassword,
  listChallengePasswords,
} from '../../../src/connectors/challenges/find-challenge.ts';
import type { ConnectorRecord } from '../../../src/connectors/connector-record.ts';
import { findConnector } from '../../../src/connectors/find-connector.ts';
import { createRaIdentityFinder } from '../../../src/connectors/ra/ra-identities.ts';
import { SECOND_MS } from '../../../src/durations.ts';
import type { EnrolmentDependencies } from '../../../src/enrolment/decider.ts';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import { createEmbeddedIssuer } from '../../../src/issuer/embedded/embedded-issuer.ts';
import { openPrivateCa, type PrivateCa } from '../../../src/private-ca/private-ca.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { createSealer } from '../../../src/store/seal.ts';
import { formatName } from '../../../src/x509/distinguished-name.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { issuedCertificate } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { countIssued } from '../../support/servers/acm-pca-world.ts';
import { TEST_SCOPE } from '../../support/servers/open-test-private-ca.ts';

interface Captured {
  readonly now: number;
  readonly arn: string;
  readonly connectorId: string;
  readonly ra: string;
  readonly requests: readonly {
    readonly name: string;
    readonly left: 'issued' | 'killed' | 'pending';
    readonly message: string;
    readonly key: string;
    readonly self: string;
    /** What the earlier version answered, when it did. */
    readonly certificate?: string;
  }[];
  readonly records: readonly {
    readonly partition: string;
    readonly collection: string;
    readonly key: string;
    readonly value: string;
    readonly expiresAt?: number;
  }[];
}

const FILE = path.resolve(import.meta.dirname, '../../golden/stores/five-commits.json');
const captured = JSON.parse(readFileSync(FILE, 'utf8')) as Captured;
const decode = (base64: string) => Buffer.from(base64, 'base64');
const ra = parseCertificate(decode(captured.ra));

let now: number;
let store: RecordStore;
let ca: PrivateCa;
let deps: EnrolmentDependencies;
let connector: ConnectorRecord;

/** This version, a few seconds after the earlier one has ended. */
beforeEach(async () => {
  now = captured.now + 20 * SECOND_MS;
  const clock = () => now;
  store = openInMemoryRecordStore(clock);
  for (const { partition, ...record } of captured.records) {
    await store.commit(partition, [{ kind: 'put', ...record }]);
  }
  const master = createHash('sha256').update('master key of the captured store').digest();
  const parts = { store, sealer: createSealer(master), clock };
  ca = openPrivateCa({ ...parts, randomBytes, scope: TEST_SCOPE });
  deps = {
    ...{ ...parts, randomBytes, issuer: createEmbeddedIssuer(ca) },
    findRaIdentities: createRaIdentityFinder(parts),
    findChallenge: (id) => (given) => findChallengeByPassword(parts, id, given),
    listChallengePasswords: (id) => listChallengePasswords(parts, id),
  };
  const found = await findConnector(store, captured.connectorId);
  if (found === undefined) throw new Error('the connector is not in the captured store');
  connector = found;
});

function deviceOf({ key, self }: Captured['requests'][number]): TestDevice {
  const privateKey = createPrivateKey(key);
  const certificate = parseCertificate(decode(self));
  return { privateKey, publicKey: createPublicKey(privateKey), certificate };
}

async function sendAgain(request: Captured['requests'][number]) {
  const result = await handlePkiOperation(deps, connector, decode(request.message));
  return issuedCertificate(result, ra, deviceOf(request));
}

describe('what the version before left', () => {
  it.each(captured.requests)('is one certificate in the end: $name', async (request) => {
    const before = await countIssued(ca, captured.arn);
    const { der, subject } = await sendAgain(request);
    expect(formatName(subject)).toBe(`CN=${request.name}`);
    if (request.certificate) expect(Buffer.from(der)).toEqual(decode(request.certificate));
    expect((await sendAgain(request)).der).toEqual(der);
    expect((await countIssued(ca, captured.arn)) - before).toBeLessThanOrEqual(1);
  });

  it('is one certificate for each request in all', async () => {
    // The CA's own, and the RA's.
    const others = 2;
    for (const request of captured.requests) await sendAgain(request);
    expect(await countIssued(ca, captured.arn)).toBe(captured.requests.length + others);
  });

  it('can be renewed', async () => {
    const [request] = captured.requests;
    if (request?.certificate === undefined) throw new Error('the first has ended');
    const certificate = parseCertificate(decode(request.certificate));
    const holder = { ...deviceOf(request), certificate };
    const csr = deviceCsr(holder, { subject: certificate.subject });
    const message = deviceRequest(holder, ra, csr, { type: 'RenewalReq' });
    const renewed = issuedCertificate(
      await handlePkiOperation(deps, connector, message),
      ra,
      holder,
    );
    expect(renewed.subject).toEqual(certificate.subject);
  });
});
