import type { Extension } from './read-extensions.ts';

/** The extnValue of the extension with this object identifier (RFC 5280 section 4.1), DER; undefined without it. */
export function extensionValue(
  { extensions }: { readonly extensions: readonly Extension[] },
  oid: string,
): Uint8Array | undefined {
  return extensions.find((extension) => extension.oid === oid)?.value;
}
