import { setImmediate } from 'node:timers/promises';
import { OID } from '../../asn1/object-identifiers.ts';
import { MINUTE_MS } from '../../durations.ts';
import type { CrlReason } from '../../x509/build-crl.ts';
import { isIssuedBy } from '../../x509/is-issued-by.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import { type LongCrl, parseLongCrl, readReasons } from '../../x509/parse-crl.ts';
import { readIssuingUrls } from '../../x509/read-crl-urls.ts';

/** A verified CRL. */
export interface RevocationList {
  readonly der: Uint8Array;
  /** By serial numbers in the form of `hexSerialNumber`. */
  readonly reasons: ReadonlyMap<string, CrlReason>;
  /** Milliseconds since the epoch. */
  readonly nextUpdate: number;
}

export interface ExpectedList {
  readonly issuer: Certificate;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /**
   * The URL of a partitioned CRL, which covers the certificates that name this URL. Without it, the
   * CRL must cover all certificates.
   */
  readonly partitionUrl?: string | undefined;
}

const CLOCK_SKEW_MS = 5 * MINUTE_MS;
/** Takes a few milliseconds. */
const ENTRIES_AT_ONCE = 1_000;

/**
 * Reads a CRL and verifies its signature, its dates and its scope (RFC 5280 section 6.3.3). It
 * yields to the event loop while it reads a long one.
 * @throws Error with a message that says what is wrong with it
 */
export async function readRevocationList(
  der: Uint8Array,
  expected: ExpectedList,
): Promise<RevocationList> {
  const crl = parseLongCrl(der);
  const { issuer, now, partitionUrl } = expected;
  if (!isIssuedBy(crl, issuer)) throw new Error('it is not signed by the CA');
  const nextUpdate = crl.nextUpdate?.getTime() ?? Number.NaN;
  if (!(crl.thisUpdate.getTime() <= now + CLOCK_SKEW_MS)) throw new Error('it is not valid yet');
  if (!(now < nextUpdate)) throw new Error('it is out of date');
  if (!covers(crl, partitionUrl)) throw new Error('it does not cover the certificates asked for');
  return { der, reasons: await readAllReasons(crl), nextUpdate };
}

async function readAllReasons({ entries }: LongCrl): Promise<ReadonlyMap<string, CrlReason>> {
  const reasons = new Map<string, CrlReason>();
  let count = 0;
  for (const { serialNumber, reason } of readReasons(entries)) {
    const serial = hexSerialNumber(serialNumber);
    // A CRL may name a certificate twice; the worse reason counts.
    if (reasons.get(serial) !== 'keyCompromise') reasons.set(serial, reason);
    count += 1;
    if (count % ENTRIES_AT_ONCE === 0) await setImmediate();
  }
  return reasons;
}

/**
 * Critical extensions narrow the scope of a CRL: to other issuers, to some certificates, or to what
 * has changed (RFC 5280 section 5.2).
 */
function covers({ extensions }: LongCrl, partitionUrl: string | undefined): boolean {
  const critical = extensions.filter((extension) => extension.critical);
  if (partitionUrl === undefined) return critical.length === 0;
  const [point, ...others] = critical;
  if (point?.oid !== OID.issuingDistributionPoint || others.length > 0) return false;
  return readIssuingUrls(point.value).includes(partitionUrl);
}

/** Hexadecimal, without leading zeros. */
export function hexSerialNumber(serialNumber: Uint8Array): string {
  return Buffer.from(serialNumber)
    .toString('hex')
    .replace(/^0+(?=.)/, '');
}
