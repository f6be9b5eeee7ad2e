import { expect, it } from 'vitest';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { derIssuerAndSubject } from '../../../src/scep/issuer-and-subject.ts';
import { formatName } from '../../../src/x509/distinguished-name.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';

it('is a SEQUENCE of the issuer and the subject', () => {
  const names = ['CN=CA', 'CN=device'].map(parseDistinguishedNameText) as [Uint8Array, Uint8Array];
  const { children, tagNumber } = readBer(derIssuerAndSubject(...names));
  expect(tagNumber).toBe(16);
  expect(children.map(({ bytes }) => formatName(bytes))).toEqual(['CN=CA', 'CN=device']);
});
