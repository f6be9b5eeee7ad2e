import { expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derContext, derContextPrimitive, derSequence } from '../../../src/asn1/write-der.ts';
import { crlDistributionPointsExtension } from '../../../src/x509/crl-distribution-points.ts';
import { derGeneralName } from '../../../src/x509/general-names.ts';
import { readCrlUrls, readIssuingUrls } from '../../../src/x509/read-crl-urls.ts';

const extension = (value: Uint8Array) => [
  { oid: OID.cRLDistributionPoints, critical: false, value },
];
const uri = (value: string) => derGeneralName({ kind: 'uniformResourceIdentifier', value });
const point = (...names: Uint8Array[]) => derSequence(derContext(0, derContext(0, ...names)));

it('finds no URL without the extension', () => {
  expect(readCrlUrls([])).toEqual([]);
});

it('reads the URL of an issued certificate', () => {
  const url = 'http://pki.example.com/crl/a.crl';
  expect(readCrlUrls([crlDistributionPointsExtension(url)])).toEqual([url]);
});

it('reads every URL of every point and ignores other names', () => {
  const directory = derGeneralName({ kind: 'dNSName', value: 'example.com' });
  const relative = derSequence(derContext(0, derContext(1)));
  const issuerAlone = derSequence(derContext(2));
  const value = derSequence(
    point(uri('http://a/1'), directory, uri('http://a/2')),
    ...[relative, issuerAlone, derSequence()],
    point(uri('http://b/3')),
  );
  expect(readCrlUrls(extension(value))).toEqual(['http://a/1', 'http://a/2', 'http://b/3']);
});

it.each([
  ['no DER', Buffer.from('30', 'hex')],
  ['no SEQUENCE', Buffer.from('0500', 'hex')],
  ['a control character', derSequence(point(Buffer.from('86026109', 'hex')))],
])('throws a DecodeError for %s', (_, value) => {
  expect(() => readCrlUrls(extension(value))).toThrow(DecodeError);
});

it('reads the URLs of a CRL unless it is restricted in other ways too', () => {
  const names = derContext(0, derContext(0, uri('http://a/1'), uri('http://a/2')));
  expect(readIssuingUrls(derSequence(names))).toEqual(['http://a/1', 'http://a/2']);
  const onlyUserCertificates = derContextPrimitive(1, Buffer.from([0xff]));
  expect(readIssuingUrls(derSequence(names, onlyUserCertificates))).toEqual([]);
  expect(readIssuingUrls(derSequence(onlyUserCertificates))).toEqual([]);
});
