import { DecodeError } from '../../asn1/decode-error.ts';
import { isDer } from '../../asn1/is-der.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { Refusal } from '../../scep/refusal.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';

/** Upper bounds of RFC 5280 appendix A, in characters; other attributes have MAX_LENGTH. */
const LENGTHS: Readonly<Record<string, number>> = {
  [OID.commonName]: 64,
  [OID.countryName]: 2,
  [OID.organizationName]: 64,
  [OID.organizationalUnitName]: 64,
  [OID.localityName]: 128,
  [OID.stateOrProvinceName]: 128,
  [OID.serialNumber]: 64,
  [OID.title]: 64,
};
const MAX_LENGTH = 256;
/** Whatever makes a name look like another on a screen or in a log. */
export const MISLEADING_CHARACTER = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/**
 * The subject may name anything that cannot be misread: no control, line-breaking or direction-changing characters, lengths
 * within RFC 5280, character strings throughout. The CA copies it to the octet, so it has to be DER. It may be empty when
 * there is a subjectAltName (aws.md, IssueCertificate).
 * @throws Refusal 'name-not-allowed'
 */
export function checkSubject({ subject, extensions }: CertificationRequest): void {
  const attributes = attributesOf(subject);
  const hasAlternativeName = extensions.some(({ oid }) => oid === OID.subjectAltName);
  if (attributes.length === 0 && !hasAlternativeName) {
    throw new Refusal('name-not-allowed', 'there is neither a subject nor a subjectAltName');
  }
  for (const { oid, value } of attributes) {
    if (MISLEADING_CHARACTER.test(value)) {
      throw new Refusal('name-not-allowed', `${oid} holds a control character`);
    }
    if (value.trim() === '') throw new Refusal('name-not-allowed', `${oid} is empty`);
    const limit = LENGTHS[oid] ?? MAX_LENGTH;
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
