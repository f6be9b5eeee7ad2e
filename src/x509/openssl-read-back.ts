import { X509Certificate } from 'node:crypto';
import { OID } from '../asn1/object-identifiers.ts';
import { parseBasicConstraints } from './basic-constraints.ts';
import type { CertificateFields } from './build-certificate.ts';
import { parseExtendedKeyUsage } from './extended-key-usage.ts';
import { extensionValue } from './extensions.ts';

/** What OpenSSL reads of a certificate, each as text that is equal only for equal values. */
interface Opinion {
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whether it is a CA's. OpenSSL reads every extension that it knows for this. */
  readonly basicConstraints: string;
  readonly extKeyUsage: string;
}

/**
 * Compares a certificate with the fields it was built from, as OpenSSL reads it, which shares no
 * code with the builder and is what most relying parties read it by. It costs 0.1 ms and does not
 * verify the signature.
 * @returns the names of the fields that differ, as in RFC 5280; 'certificate' when OpenSSL cannot
 *   read it; empty when all are equal
 */
export function opensslReadBack(
  certificate: Uint8Array,
  meant: CertificateFields,
): readonly string[] {
  const read = describeRead(certificate);
  if (read === undefined) return ['certificate'];
  const expected = describeMeant(meant);
  const fields = Object.keys(expected) as (keyof Opinion)[];
  return fields.filter((field) => read[field] !== expected[field]);
}

function describeMeant(meant: CertificateFields): Opinion {
  const constraints = extensionValue(meant, OID.basicConstraints);
  const purposes = extensionValue(meant, OID.extKeyUsage);
  const serialNumber = Buffer.from(meant.serialNumber).toString('hex').replace(/^0+/, '');
  return {
    serialNumber: serialNumber.toUpperCase(),
    notBefore: wholeSeconds(meant.notBefore),
    notAfter: wholeSeconds(meant.notAfter),
    basicConstraints: String(constraints !== undefined && parseBasicConstraints(constraints).ca),
    extKeyUsage: purposes === undefined ? '' : parseExtendedKeyUsage(purposes).join(),
  };
}

function describeRead(certificate: Uint8Array): Opinion | undefined {
  try {
    const read = new X509Certificate(certificate);
    return {
      serialNumber: read.serialNumber.replace(/^0+/, ''),
      notBefore: wholeSeconds(new Date(read.validFrom)),
      notAfter: wholeSeconds(new Date(read.validTo)),
      basicConstraints: String(read.ca),
      // Node's types lack that there may be none.
      extKeyUsage: (read.keyUsage as readonly string[] | undefined)?.join() ?? '',
    };
  } catch {
    // Whatever OpenSSL objects to: it cannot read what we are about to sign.
    return undefined;
  }
}

function wholeSeconds(time: Date): string {
  return String(Math.floor(time.getTime() / 1_000));
}
