import { createHash, randomBytes } from 'node:crypto';
import {
  type ConnectorRecord,
  connectorPartition,
} from '../../../src/connectors/connector-record.ts';
import {
  issuedCertificates,
  serialHex,
} from '../../../src/enrolment/authorise/issued-certificate-record.ts';
import { transactions } from '../../../src/enrolment/transaction/transaction-record.ts';
import { authorityPartition } from '../../../src/private-ca/records/authority-record.ts';
import {
  certificateKey,
  certificates,
} from '../../../src/private-ca/records/certificate-record.ts';
import { type Entry, getEntry, listEntries, putEntry } from '../../../src/store/collection.ts';
import type { PutWrite } from '../../../src/store/record-store.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { addChallenge, type LargeSite, makeEnroller } from './large-site.ts';

const AT_ONCE = 16;
const PER_COMMIT = 50;

/**
 * The records that one enrolment leaves. They can be written many times under other serial numbers.
 */
export interface Enrolled {
  /** A serial number as long as the example's, always the same for one index. */
  readonly serialAt: (index: number) => Uint8Array;
  readonly inConnector: (
    connector: ConnectorRecord,
    serials: readonly Uint8Array[],
  ) => Promise<void>;
  readonly inAuthority: (serials: readonly Uint8Array[]) => Promise<void>;
}

/** Enrols a device at the first connector, through all parts of the server. */
export async function enrolExample(site: LargeSite): Promise<Enrolled> {
  const { store, authorityArn, connectors } = site;
  const [connector] = connectors;
  const { enrol, request } = makeEnroller(site, connector, await addChallenge(site, connector));
  await enrol(request());
  const partition = connectorPartition(connector.id);
  const limit = { limit: 1 };
  const [transaction] = await listEntries(store, partition, transactions, limit);
  const [issued] = await listEntries(store, partition, issuedCertificates, limit);
  if (issued === undefined || transaction?.value.state !== 'issued') {
    throw new Error('the example has not been stored');
  }
  const { certificate } = issued.value;
  const { serialNumber } = parseCertificate(certificate);
  const signed = authorityPartition(authorityArn.slice(-36));
  const key = certificateKey(serialHex(serialNumber));
  const recorded = await getEntry(store, signed, certificates, key);
  if (recorded?.value.state !== 'issued') throw new Error('the CA has not stored the example');
  const text = Buffer.from(certificate).toString('base64');
  const name = serialHex(serialNumber);
  const likeExample = (write: PutWrite, key: string, serial: Uint8Array): PutWrite => {
    const other = Buffer.from(certificate);
    other.set(serial, other.indexOf(serialNumber));
    const value = write.value.replaceAll(text, () => other.toString('base64'));
    return { ...write, key, value: value.replaceAll(name, serialHex(serial)) };
  };
  const [done, record, kept] = [
    putEntry(transactions, transaction.key, transaction.value, expiryOf(transaction)),
    putEntry(issuedCertificates, issued.key, issued.value, expiryOf(issued)),
    putEntry(certificates, recorded.key, recorded.value),
  ];
  return {
    serialAt: (index) => {
      const digest = createHash('sha256').update(String(index)).digest();
      // DER: the first octets of an INTEGER hold its length.
      return Buffer.concat([serialNumber.subarray(0, 2), digest], serialNumber.length);
    },
    inConnector: async ({ id }, serials) => {
      const writes = serials.flatMap((serial) => [
        likeExample(done, randomBytes(32).toString('hex'), serial),
        likeExample(record, serialHex(serial), serial),
      ]);
      await store.commit(connectorPartition(id), writes);
    },
    inAuthority: async (serials) => {
      const writes = serials.map((serial) =>
        likeExample(kept, certificateKey(serialHex(serial)), serial),
      );
      await store.commit(signed, writes);
    },
  };
}

/**
 * Runs `work` for the numbers from 0 to `total`, in ranges of fifty, several of them at the same
 * time.
 */
export async function inBatches(
  total: number,
  work: (indexes: readonly number[]) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < total) {
      const first = next;
      next = Math.min(first + PER_COMMIT, total);
      await work(Array.from({ length: next - first }, (_, i) => first + i));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

function expiryOf({ expiresAt }: Entry<unknown>): { readonly expiresAt?: number } {
  return expiresAt === undefined ? {} : { expiresAt };
}
