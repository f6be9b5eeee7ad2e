import { z } from 'zod';
import { equalBytes } from '../../asn1/equal-bytes.ts';
import { defineConnectorCollection } from '../../connectors/connector-collections.ts';
import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import { base64Bytes, type Entry, getEntry, storedObject } from '../../store/collection.ts';
import type { RecordStore } from '../../store/record-store.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';

/**
 * An issued certificate, in the connector's partition under `serialHex` until a month after its
 * end.
 */
const issuedCertificateSchema = storedObject({
  /** DER. */
  certificate: base64Bytes,
  certificateArn: z.string(),
  /** The `serialHex` of the first certificate in its line of renewals, which may be itself. */
  lineage: z.string(),
  /** How many certificates have been issued as renewals of this one. */
  successors: z.int().nonnegative(),
});

export type IssuedCertificateRecord = Readonly<z.infer<typeof issuedCertificateSchema>>;

export const issuedCertificates = defineConnectorCollection<IssuedCertificateRecord>(
  'certificates',
  issuedCertificateSchema,
);

/** A serial number in hexadecimal without leading zeros. @param serialNumber content octets */
export function serialHex(serialNumber: Uint8Array): string {
  return Buffer.from(serialNumber)
    .toString('hex')
    .replace(/^(00)+(?=..)/, '');
}

/** The record of this very certificate; another with the same serial number does not count. */
export async function findIssuedCertificate(
  store: RecordStore,
  connector: ConnectorRecord,
  certificate: Certificate,
): Promise<Entry<IssuedCertificateRecord> | undefined> {
  const entry = await findBySerial(store, connector, certificate.serialNumber);
  const same = entry && equalBytes(entry.value.certificate, certificate.der);
  return same ? entry : undefined;
}

/** The record of a connector's certificate. @param serialNumber content octets of the INTEGER */
export async function findBySerial(
  store: RecordStore,
  connector: ConnectorRecord,
  serialNumber: Uint8Array,
): Promise<Entry<IssuedCertificateRecord> | undefined> {
  return findBySerialHex(store, connector, serialHex(serialNumber));
}

/** As `findBySerial`. @param key as `serialHex` makes it */
export async function findBySerialHex(
  store: RecordStore,
  { id }: ConnectorRecord,
  key: string,
): Promise<Entry<IssuedCertificateRecord> | undefined> {
  return getEntry(store, connectorPartition(id), issuedCertificates, key);
}
