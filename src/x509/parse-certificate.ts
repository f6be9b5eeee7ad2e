import { Certificate as PkijsCertificate } from 'pkijs';
import { berToDer } from '../asn1/ber-to-der.ts';
import { DecodeError, decoding } from '../asn1/decode-error.ts';
import { readBer } from '../asn1/read-ber.ts';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { readBitString } from './read-bit-string.ts';
import type { Extension } from './read-extensions.ts';
import { readExtensions } from './read-extensions.ts';

/** A certificate (RFC 5280 section 4.1). Every Uint8Array shares the memory of `der`. */
export interface Certificate {
  readonly der: Uint8Array;
  /** TBSCertificate, the bytes that are signed. */
  readonly tbs: Uint8Array;
  /** Content octets of the INTEGER as received: two's complement, so 0x00 stands before a high bit. */
  readonly serialNumber: Uint8Array;
  /** Name, DER as received. */
  readonly issuer: Uint8Array;
  /** Name, DER as received. */
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo, DER as received. */
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** The octets of the BIT STRING. */
  readonly signature: Uint8Array;
}

/**
 * Reads a certificate in BER or DER without judging it: v1, odd serial numbers, weak algorithms and unknown critical
 * extensions pass, as SCEP clients sign with certificates like that (protocol C34).
 * @throws DecodeError when it is not a certificate, or holds more than 64 extensions or one of them twice.
 */
export function parseCertificate(bytes: Uint8Array): Certificate {
  const der = berToDer(bytes);
  return decoding('the certificate', () => {
    const decoded = PkijsCertificate.fromBER(der);
    const [tbs, signatureAlgorithm, signatureValue] = readBer(der).children;
    const fields = tbs?.children.filter((field) => field.tagClass === 'universal') ?? [];
    const [serialNumber, , issuer, , subject, subjectPublicKeyInfo] = fields;
    if (
      tbs === undefined ||
      signatureAlgorithm === undefined ||
      signatureValue === undefined ||
      serialNumber === undefined ||
      issuer === undefined ||
      subject === undefined ||
      subjectPublicKeyInfo === undefined
    ) {
      throw new DecodeError('the certificate lacks a field');
    }
    const explicitExtensions = tbs.children.find(
      (field) => field.tagClass === 'context' && field.tagNumber === 3,
    );
    return {
      der,
      tbs: tbs.bytes,
      serialNumber: serialNumber.content,
      issuer: issuer.bytes,
      subject: subject.bytes,
      notBefore: validDate(decoded.notBefore.value),
      notAfter: validDate(decoded.notAfter.value),
      subjectPublicKeyInfo: subjectPublicKeyInfo.bytes,
      extensions: explicitExtensions ? readExtensions(explicitExtensions.children[0]) : [],
      signatureAlgorithm: readAlgorithmIdentifier(signatureAlgorithm),
      signature: readBitString(signatureValue),
    };
  });
}

function validDate(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw new DecodeError('a date of the certificate is malformed');
  return date;
}
