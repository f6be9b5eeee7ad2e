import { expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derContext,
  derNull,
  derOctetString,
  derOid,
  derSequence,
} from '../../../src/asn1/write-der.ts';
import { parseContentInfo } from '../../../src/cms/parse-content-info.ts';

it('reads the content type', () => {
  const der = derSequence(derOid(OID.data), derContext(0, derOctetString(Buffer.of(1))));
  expect(parseContentInfo(der).contentType).toBe(OID.data);
});

it.each([
  ['nothing', new Uint8Array()],
  ['an empty SEQUENCE', derSequence()],
  ['no content type', derSequence(derContext(0, derNull()))],
  ['a type that is no identifier', derSequence(derNull(), derContext(0, derNull()))],
  ['half an element', Buffer.of(0x30, 5, 6)],
])('throws a DecodeError for %s', (_, der) => {
  expect(() => parseContentInfo(der)).toThrow(DecodeError);
});
