import { OID } from '../asn1/object-identifiers.ts';
import { parseExtendedKeyUsage } from './extended-key-usage.ts';
import { type Extension, extensionValue } from './extensions.ts';

const NAMES: Readonly<Record<string, string>> = {
  [OID.clientAuth]: 'clientAuth',
  [OID.serverAuth]: 'serverAuth',
};

/**
 * What to warn of when a CA's certificate, or one above it, names purposes: relying parties such as
 * OpenSSL and Windows refuse certificates below it for any other. Undefined when none does.
 */
export function narrowPurposes(
  path: readonly { readonly extensions: readonly Extension[] }[],
): string | undefined {
  for (const certificate of path) {
    const value = extensionValue(certificate, OID.extKeyUsage);
    const purposes = value === undefined ? [] : parseExtendedKeyUsage(value);
    if (purposes.length === 0 || purposes.includes(OID.anyExtendedKeyUsage)) continue;
    const names = purposes.map((purpose) => NAMES[purpose] ?? purpose).join(', ');
    return `the extKeyUsage of the CA, or of one above it, names only ${names}: relying parties refuse its certificates for other purposes (docs/embedded-ca.md)`;
  }
  return undefined;
}
