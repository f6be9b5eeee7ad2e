import { DecodeError } from '../../asn1/decode-error.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { readBer } from '../../asn1/read-ber.ts';
import type { ValidityPolicy } from '../../connectors/tags/connector-policy.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../durations.ts';
import { Refusal } from '../../scep/refusal.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import { readString } from '../../x509/read-string.ts';

/**
 * The words of MS-WCCE section 2.2.2.7.10. Months and years have the length they have in templates.
 */
const PERIODS_MS: ReadonlyMap<string, number> = new Map([
  ['seconds', SECOND_MS],
  ['minutes', MINUTE_MS],
  ['hours', HOUR_MS],
  ['days', DAY_MS],
  ['weeks', 7 * DAY_MS],
  ['months', 30 * DAY_MS],
  ['years', 365 * DAY_MS],
]);

/** Above 0. */
const WHOLE_NUMBER = /^[1-9]\d{0,8}$/;

/** In milliseconds since the epoch, whole seconds. */
export interface DecidedValidity {
  /** Absent when the CA chooses. */
  readonly notBefore?: number;
  readonly notAfter: number;
}

/**
 * The validity of the new certificate: what the request's ValidityPeriod and ValidityPeriodUnits
 * name, or the connector's default; at most the connector's maximum, and never beyond the CA's own
 * end.
 * @throws Refusal 'validity-not-allowed' for a pair that is incomplete or malformed, or when the
 * authority has expired
 */
export function decideValidity(
  csr: CertificationRequest,
  policy: ValidityPolicy,
  authorityNotAfter: Date,
  now: number,
): DecidedValidity {
  const asked = requestedValidity(csr) ?? policy.defaultMs;
  const life = Math.min(asked, policy.maximumMs);
  const notAfter = Math.min(now + life, authorityNotAfter.getTime());
  if (notAfter <= now) {
    throw new Refusal('validity-not-allowed', "the CA's own certificate has expired");
  }
  const skew = policy.notBeforeSkewMs;
  return {
    ...(skew === undefined ? {} : { notBefore: Math.floor((now - skew) / SECOND_MS) * SECOND_MS }),
    notAfter: Math.ceil(notAfter / SECOND_MS) * SECOND_MS,
  };
}

/**
 * Milliseconds, or undefined when the request names no validity.
 * @throws Refusal 'validity-not-allowed'
 */
function requestedValidity(csr: CertificationRequest): number | undefined {
  const [period, units] = periodAndUnits(csr);
  if (period === undefined && units === undefined) return undefined;
  const length = PERIODS_MS.get(period?.toLowerCase() ?? '');
  if (length === undefined) throw new Refusal('validity-not-allowed', 'ValidityPeriod is unknown');
  if (units === undefined || !WHOLE_NUMBER.test(units)) {
    throw new Refusal('validity-not-allowed', 'ValidityPeriodUnits is not a whole number above 0');
  }
  return Number(units) * length;
}

/** Exchanges the two when each is what the other must be. @throws Refusal */
function periodAndUnits(csr: CertificationRequest): [period?: string, units?: string] {
  const pairs = enrollmentPairs(csr);
  const period = pairs.get('validityperiod');
  const units = pairs.get('validityperiodunits');
  const isExchanged = WHOLE_NUMBER.test(period ?? '') && PERIODS_MS.has(units?.toLowerCase() ?? '');
  return (isExchanged ? [units, period] : [period, units]) as [string?, string?];
}

/** Every ENROLLMENT_NAME_VALUE_PAIR, by name in lower case. @throws Refusal for a repeated name */
function enrollmentPairs({ attributes }: CertificationRequest): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  const values = attributes
    .filter(({ oid }) => oid === OID.microsoftEnrollmentNameValuePair)
    .flatMap((attribute) => attribute.values);
  for (const value of values) {
    const [name, text] = nameAndValue(value);
    if (pairs.has(name)) throw new Refusal('validity-not-allowed', 'a name is given twice');
    pairs.set(name, text);
  }
  return pairs;
}

function nameAndValue(der: Uint8Array): [name: string, value: string] {
  try {
    const [name, value, ...others] = readBer(der).children;
    if (name === undefined || value === undefined || others.length > 0) {
      throw new DecodeError('a name-value pair has two members');
    }
    return [readString(name).value.toLowerCase(), readString(value).value.trim()];
  } catch (error) {
    if (error instanceof DecodeError) throw new Refusal('validity-not-allowed', error.message);
    throw error;
  }
}
