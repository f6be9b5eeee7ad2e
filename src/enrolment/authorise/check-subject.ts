import { DecodeError } from '../../asn1/decode-error.ts';
import { isDer } from '../../asn1/is-der.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { Refusal } from '../../scep/refusal.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import { hasNoGeneralNames } from '../../x509/general-names.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';

/** The upper bounds of RFC 5280 appendix A. */
const MAX_CHARACTERS: Readonly<Record<string, number>> = {
  [OID.commonName]: 64,
  [OID.countryName]: 2,
  [OID.organizationName]: 64,
  [OID.organizationalUnitName]: 64,
  [OID.localityName]: 128,
  [OID.stateOrProvinceName]: 128,
  [OID.serialNumber]: 64,
  [OID.title]: 64,
};
const DEFAULT_MAX_CHARACTERS = 256;
/** Characters that make a name look like another on a screen or in a log. */
export const MISLEADING_CHARACTER = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/**
 * Refuses a subject that can be misread: with control, line-breaking or direction-changing
 * characters, lengths beyond RFC 5280, or values that are not character strings. It must be DER,
 * since the CA copies its octets. It may be empty when there is a subjectAltName (RFC 5280 section
 * 4.1.2.6).
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
    if (MISLEADING_CHARACTER.test(value)) {
      throw new Refusal('name-not-allowed', `${oid} holds a control character`);
    }
    if (value.trim() === '') throw new Refusal('name-not-allowed', `${oid} is empty`);
    const limit = MAX_CHARACTERS[oid] ?? DEFAULT_MAX_CHARACTERS;
    if ([...value].length > limit) {
      throw new Refusal('name-not-allowed', `${oid} is longer than ${limit} characters`);
    }
  }
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
