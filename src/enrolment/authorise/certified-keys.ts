import { defineConnectorCollection } from '../../connectors/connector-collections.ts';
import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { Refusal } from '../../scep/refusal.ts';
import { getEntry, putEntry, storedObject } from '../../store/collection.ts';
import type { PutWrite, RecordStore } from '../../store/record-store.ts';
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import { privateKeyName } from '../../x509/public-key.ts';
import { issuedCertificates, serialHex } from './issued-certificate-record.ts';

/**
 * The certificates of each key, in the connector's partition, as long as their records. The key of
 * an entry is the name of the certified key, a dot, and the certificate's `serialHex`.
 */
const certifiedKeys = defineConnectorCollection('certified-keys', storedObject({}));

interface Dependencies {
  readonly store: RecordStore;
  readonly issuer: Issuer;
}

/** A device has few certificates of one key at a time; more than these are not looked at. */
const MOST_CERTIFICATES = 100;

/** The write by which `isCompromisedKey` finds a certificate. */
export function noteCertifiedKey(
  { subjectPublicKeyInfo, serialNumber }: Certificate,
  expiresAt: number,
): PutWrite {
  const name = privateKeyName(subjectPublicKeyInfo);
  return putEntry(certifiedKeys, `${name}.${serialHex(serialNumber)}`, {}, { expiresAt });
}

/** @throws Refusal 'key-compromised'; IssuerError as `isCompromisedKey` */
export async function requireUncompromisedKey(
  deps: Dependencies,
  connector: ConnectorRecord,
  subjectPublicKeyInfo: Uint8Array,
): Promise<void> {
  if (!(await isCompromisedKey(deps, connector, subjectPublicKeyInfo))) return;
  throw new Refusal('key-compromised');
}

/**
 * Whether somebody else may have the key: a certificate of it was revoked for keyCompromise.
 * @throws IssuerError when the issuer cannot say
 */
export async function isCompromisedKey(
  { store, issuer }: Dependencies,
  { id, certificateAuthorityArn }: ConnectorRecord,
  subjectPublicKeyInfo: Uint8Array,
): Promise<boolean> {
  const partition = connectorPartition(id);
  const prefix = `${privateKeyName(subjectPublicKeyInfo)}.`;
  const page = { after: prefix, limit: MOST_CERTIFICATES };
  const listed = await store.list(partition, certifiedKeys.name, page);
  const ofKey = listed.filter(({ key }) => key.startsWith(prefix));
  const reasons = await Promise.all(
    ofKey.map(async ({ key }) => {
      const serial = key.slice(prefix.length);
      const issued = await getEntry(store, partition, issuedCertificates, serial);
      if (issued === undefined) return undefined;
      const certificate = parseCertificate(issued.value.certificate);
      return issuer.revocationReasonOf(certificateAuthorityArn, certificate);
    }),
  );
  return reasons.includes('keyCompromise');
}
