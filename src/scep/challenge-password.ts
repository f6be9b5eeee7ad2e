import { DecodeError } from '../asn1/decode-error.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import type { CertificationRequest } from '../x509/parse-certification-request.ts';

type Decode = (content: Buffer) => string;

/** UTF8String, PrintableString, TeletexString (T61), IA5String and BMPString, by tag number. */
const STRING_DECODERS: Readonly<Record<number, Decode>> = {
  12: (content) => content.toString('utf8'),
  19: (content) => content.toString('latin1'),
  20: (content) => content.toString('latin1'),
  22: (content) => content.toString('latin1'),
  30: (content) => Buffer.from(content).swap16().toString('utf16le'),
};

/**
 * Every challengePassword of a request (RFC 2985 section 5.4.1), in order; empty ones are left out, as clients send them
 * for "none" (protocol C36).
 * @throws DecodeError when one is not a string.
 */
export function challengePasswords({ attributes }: CertificationRequest): string[] {
  return attributes
    .filter(({ oid }) => oid === OID.challengePassword)
    .flatMap(({ values }) => values.map(directoryString))
    .filter((password) => password !== '');
}

function directoryString(der: Uint8Array): string {
  const { tagClass, tagNumber, constructed, content } = readBer(der);
  const decode = STRING_DECODERS[tagNumber];
  const halfCharacter = tagNumber === 30 && content.length % 2 === 1;
  if (tagClass !== 'universal' || constructed || decode === undefined || halfCharacter) {
    throw new DecodeError('the challengePassword is not a string');
  }
  return decode(Buffer.from(content));
}
