import { DecodeError } from '../../asn1/decode-error.ts';
import { isDer } from '../../asn1/is-der.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { Refusal } from '../../scep/refusal.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import { hasNoGeneralNames } from '../../x509/general-names.ts';
import { shortNameOf } from '../../x509/name-attribute-types.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import { objectionToText } from './objection-to-text.ts';

/** The upper bounds of RFC 5280 appendix A. */
const MAX_CHARACTERS: Readonly<Record<string, number>> = {
  [OID.commonName]: 64,
  [OID.organizationName]: 64,
  [OID.organizationalUnitName]: 64,
  [OID.localityName]: 128,
  [OID.stateOrProvinceName]: 128,
  [OID.serialNumber]: 64,
  [OID.title]: 64,
};
const DEFAULT_MAX_CHARACTERS = 256;
const COUNTRY_CODE = /^[A-Za-z]{2}$/;

/**
 * Refuses a subject that can be misread, is beyond the lengths of RFC 5280, or has values that are
 * not character strings. It must be DER, since the CA copies its octets. It may be empty when there
 * is a subjectAltName (RFC 5280 section 4.1.2.6), and may have an attribute more than once.
 * @throws Refusal 'name-not-allowed'
 */
export function checkSubject({ subject, extensions }: CertificationRequest): void {
  const attributes = attributesOf(subject);
  const hasAlternativeName = extensions.some(
    ({ oid, value }) => oid === OID.subjectAltName && !hasNoGeneralNames(value),
  );
  if (attributes.length === 0 && !hasAlternativeName) {
    throw new Refusal('name-not-allowed', 'there is neither a subject nor a subjectAltName');
  }
  for (const { oid, value } of attributes) {
    const objection = objectionToText(value) ?? objectionToValue(oid, value);
    if (objection === undefined) continue;
    const type = [shortNameOf(oid), oid].filter(Boolean).join(' ');
    throw new Refusal('name-not-allowed', `${type} ${objection}`);
  }
}

function objectionToValue(oid: string, value: string): string | undefined {
  if (oid === OID.countryName && !COUNTRY_CODE.test(value)) {
    return 'is not a country code of two letters';
  }
  const limit = MAX_CHARACTERS[oid] ?? DEFAULT_MAX_CHARACTERS;
  return [...value].length > limit ? `is longer than ${limit} characters` : undefined;
}

function attributesOf(subject: Uint8Array): readonly { oid: string; value: string }[] {
  try {
    if (!isDer(subject)) throw new DecodeError('the subject is not DER');
    return parseName(subject).flat();
  } catch (error) {
    if (error instanceof DecodeError) throw new Refusal('name-not-allowed', error.message);
    throw error;
  }
}
