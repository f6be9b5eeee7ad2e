import { expectType } from '../../asn1/expect-type.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { readBer } from '../../asn1/read-ber.ts';
import { parseGeneralNames } from '../../x509/general-names.ts';

/** The text form of a security identifier, as Windows writes it. */
const SECURITY_IDENTIFIER = /^S-1-\d{1,15}(-\d{1,10}){1,15}$/;
/**
 * Microsoft's tag URIs. Domain controllers map one form, with a security identifier, to an
 * account as they map the extension. All of them are treated alike, in any case and encoding.
 */
const MICROSOFT_TAG = /^tag:microsoft/i;
const SECURITY_IDENTIFIER_TAG = /^tag:microsoft[^:]*:sid:(.*)$/is;
const OBJECTION = 'the security identifier is not of the form S-1-...';

export function isMicrosoftTag(uri: string): boolean {
  return MICROSOFT_TAG.test(withoutEscapes(uri));
}

/** The objection to one of Microsoft's tag URIs whose security identifier is not one. */
export function objectionToMicrosoftTag(uri: string): string | undefined {
  const [, identifier] = SECURITY_IDENTIFIER_TAG.exec(withoutEscapes(uri)) ?? [];
  return identifier === undefined ? undefined : objectionToIdentifier(identifier);
}

/**
 * The objection to the value of Microsoft's security extension: GeneralNames with one otherName,
 * whose value is the text of a security identifier in an OCTET STRING.
 * @throws DecodeError when malformed
 */
export function objectionToSecurityExtension(value: Uint8Array): string | undefined {
  const [name, ...others] = parseGeneralNames(value);
  if (name?.kind !== 'otherName' || name.typeId !== OID.microsoftObjectSid || others.length > 0) {
    return 'it does not hold one security identifier';
  }
  const octets = expectType(readBer(name.value), 'OCTET STRING').content;
  return objectionToIdentifier(Buffer.from(octets).toString('latin1'));
}

function objectionToIdentifier(text: string): string | undefined {
  return SECURITY_IDENTIFIER.test(text) ? undefined : OBJECTION;
}

function withoutEscapes(uri: string): string {
  return uri.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
