import { OID } from '../../asn1/object-identifiers.ts';
import { readBer } from '../../asn1/read-ber.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { putEntry } from '../../store/collection.ts';
import type { Write } from '../../store/record-store.ts';
import type { CrlReason } from '../../x509/build-crl.ts';
import { extensionValue } from '../../x509/extensions.ts';
import type { Crl } from '../../x509/parse-crl.ts';
import type { CaContext } from '../model/ca-context.ts';
import { REVOCATION_REASONS, type RevocationReason } from '../model/revocation-reasons.ts';
import { LAST_MOMENT } from '../model/validity.ts';
import {
  AUTHORITY_KEY,
  type AuthorityRecord,
  authorityPartition,
} from '../records/authority-record.ts';
import { requireInstalled } from '../records/installed-certificate.ts';
import { markCrlStale, publishedCrls, revocations } from './revocation-record.ts';

const ENTRIES_PER_COMMIT = 1_000;

/**
 * Stores the entries of an authority's last CRL, so that the next one names them too. Returns the
 * writes that make the number of the next one greater.
 * @throws AwsError InvalidRequestException when the number of the CRL is above 2^53
 */
export async function importRevocations(
  ca: CaContext,
  authority: AuthorityRecord,
  crl: Crl | undefined,
): Promise<readonly Write[]> {
  if (crl === undefined) return [];
  const crlNumber = crlNumberOf(crl);
  // A CRL does not say when certificates expire. Other programs issue certificates that outlive the
  // authority's, which may be renewed.
  const notAfter = LAST_MOMENT;
  for (let from = 0; from < crl.revoked.length; from += ENTRIES_PER_COMMIT) {
    const writes = crl.revoked
      .slice(from, from + ENTRIES_PER_COMMIT)
      .map(({ serialNumber, revokedAt, reason }) =>
        putEntry(revocations, storedSerial(serialNumber), {
          ...{ revokedAt: revokedAt.getTime(), reason: reasonOf(reason), notAfter },
        }),
      );
    await ca.store.commit(authorityPartition(authority.id), writes);
  }
  const issuedAt = crl.thisUpdate.getTime();
  const { serialNumber } = requireInstalled(authority);
  const previous = {
    ...{ crl: crl.der, crlNumber, issuedAt, lifeMs: 0, urls: [] },
    ...{ signedAs: serialNumber, covers: 0 },
  };
  return [putEntry(publishedCrls, AUTHORITY_KEY, previous), markCrlStale(ca.clock())];
}

/** 0 for a CRL without a number. */
function crlNumberOf(crl: Crl): number {
  const value = extensionValue(crl, OID.cRLNumber);
  if (value === undefined) return 0;
  const number = Number(`0x${Buffer.from(readBer(value).content).toString('hex')}`);
  if (Number.isSafeInteger(number)) return number;
  const message = 'The authority is refused: the number of its CRL is above 2^53';
  throw new AwsError('InvalidRequestException', message);
}

/** 32 hexadecimal digits, or more for a number of more than 128 bits: whole octets in any case. */
function storedSerial(serialNumber: Uint8Array): string {
  const octets = Buffer.from(serialNumber);
  const significant = octets.subarray(octets.findIndex((octet) => octet !== 0));
  return significant.toString('hex').padStart(32, '0');
}

/** The API has no reason for a certificate on hold, so it stays revoked as UNSPECIFIED. */
function reasonOf(reason: CrlReason): RevocationReason {
  const known = Object.entries(REVOCATION_REASONS).find(([, name]) => name === reason);
  return (known?.[0] as RevocationReason | undefined) ?? 'UNSPECIFIED';
}
