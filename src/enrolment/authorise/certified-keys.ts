import { defineConnectorCollection } from '../../connectors/connector-collections.ts';
import { type ConnectorRecord, connectorPartition } from '../../connectors/connector-record.ts';
import { type Issuer, IssuerError } from '../../issuer/issuer.ts';
import { Refusal } from '../../scep/refusal.ts';
import { getEntry, putEntry, storedObject } from '../../store/collection.ts';
import type { PutWrite, RecordStore } from '../../store/record-store.ts';
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import { privateKeyName } from '../../x509/public-key.ts';
import { issuedCertificates, serialHex } from './issued-certificate-record.ts';
import type { Right } from './right.ts';

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

/**
 * Refuses a key that somebody else may have. While the issuer cannot say, only a challenge decides,
 * as for the certificate that signed a request.
 * @param keyName as `privateKeyName` makes it
 * @throws Refusal 'key-compromised'; for a renewal IssuerError as `isCompromisedKey`
 */
export async function requireUncompromisedKey(
  deps: Dependencies,
  connector: ConnectorRecord,
  keyName: string,
  right: Right,
): Promise<void> {
  const isCompromised = await isCompromisedKey(deps, connector, keyName).catch((error: unknown) => {
    if (right.kind === 'challenge' && error instanceof IssuerError) return false;
    throw error;
  });
  if (isCompromised) throw new Refusal('key-compromised');
}

/**
 * Whether somebody else may have the key: a certificate of it was revoked for keyCompromise.
 * @param keyName as `privateKeyName` makes it
 * @throws IssuerError when the issuer cannot say
 */
async function isCompromisedKey(
  { store, issuer }: Dependencies,
  { id, certificateAuthorityArn }: ConnectorRecord,
  keyName: string,
): Promise<boolean> {
  const partition = connectorPartition(id);
  const prefix = `${keyName}.`;
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
