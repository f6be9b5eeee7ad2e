import { derContext, derUtf8String } from '../asn1/write-der.ts';

const EDI_PARTY_NAME = 5;

/**
 * The ediPartyName of a GeneralName (RFC 5280 section 4.2.1.6), the whole element. Its parts are of a CHOICE, so their tags are
 * explicit.
 * @throws RangeError when a part is empty
 */
export function derEdiPartyName(partyName: string, nameAssigner?: string): Uint8Array {
  return derContext(
    EDI_PARTY_NAME,
    ...(nameAssigner === undefined ? [] : [derContext(0, directoryString(nameAssigner))]),
    derContext(1, directoryString(partyName)),
  );
}

function directoryString(text: string): Uint8Array {
  if (text === '') throw new RangeError('a part of an ediPartyName is empty');
  return derUtf8String(text);
}
