import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import type { CertificationRequest } from '../x509/parse-certification-request.ts';
import { readString } from '../x509/read-string.ts';

/**
 * Every challengePassword of a request (RFC 2985 section 5.4.1), in order, of any character string
 * type. Empty ones are left out, because clients send them for "none".
 * @throws DecodeError when one is not a character string
 */
export function challengePasswords({ attributes }: CertificationRequest): string[] {
  return attributes
    .filter(({ oid }) => oid === OID.challengePassword)
    .flatMap(({ values }) => values.map((value) => readString(readBer(value)).value))
    .filter((password) => password !== '');
}
