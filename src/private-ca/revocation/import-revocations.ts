import { expectType } from '../../asn1/expect-type.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { readBer } from '../../asn1/read-ber.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { putEntry } from '../../store/collection.ts';
import type { Write } from '../../store/record-store.ts';
import type { CrlReason, RevokedCertificate } from '../../x509/build-crl.ts';
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
 * @throws AwsError InvalidRequestException when no CRL could follow that one by its number
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
  const revoked = [...bySerial(crl)];
  for (let from = 0; from < revoked.length; from += ENTRIES_PER_COMMIT) {
    const writes = revoked
      .slice(from, from + ENTRIES_PER_COMMIT)
      .map(([serial, { revokedAt, reason }]) =>
        putEntry(revocations, serial, {
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

/** Of a serial number that is listed twice, the earlier date counts, and a reason before none. */
function bySerial({ revoked }: Crl): ReadonlyMap<string, RevokedCertificate> {
  const entries = new Map<string, RevokedCertificate>();
  for (const entry of revoked) {
    const serial = storedSerial(entry.serialNumber);
    const other = entries.get(serial) ?? entry;
    const isEarlier = entry.revokedAt < other.revokedAt;
    const reason = other.reason === 'unspecified' ? entry.reason : other.reason;
    entries.set(serial, { ...(isEarlier ? entry : other), reason });
  }
  return entries;
}

/** Leaves room for as many CRLs as there can be within 20 octets (RFC 5280 section 5.2.3). */
const MAX_CRL_NUMBER = 2n ** 159n - 2n ** 64n;

/** 0 for a CRL without a number. */
function crlNumberOf(crl: Crl): bigint {
  const value = extensionValue(crl, OID.cRLNumber);
  if (value === undefined) return 0n;
  const octets = Buffer.from(expectType(readBer(value), 'INTEGER').content);
  const number = BigInt(`0x${octets.toString('hex')}`);
  if (((octets[0] ?? 0) & 0x80) === 0 && number <= MAX_CRL_NUMBER) return number;
  const message =
    'The authority is refused: the number of its CRL is negative or has more than 20 octets, so that no CRL can follow it. Ask the old server for one with a smaller number';
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
