import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derContext,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
} from '../../../src/asn1/write-der.ts';
import { oaepParameters } from '../../../src/cms/oaep-parameters.ts';
import { parseEnvelopedData } from '../../../src/cms/parse-enveloped-data.ts';
import { UnsupportedAlgorithmError } from '../../../src/x509/unsupported-algorithm-error.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const ra = goldenIdentity('ra');
const read = (parameters: Uint8Array | undefined) =>
  oaepParameters({ oid: OID.rsaesOaep, parameters });
const algorithm = (oid: string, ...parameters: Uint8Array[]) =>
  derSequence(derOid(oid), ...parameters);
const NO_LABEL = Buffer.alloc(0);

describe('reads what openssl cms writes:', () => {
  const written = (...keyopts: string[]) => {
    const options = ['rsa_padding_mode:oaep', ...keyopts].flatMap((option) => ['-keyopt', option]);
    const cms = runOpenssl(
      [
        ...['cms', '-encrypt', '-binary', '-outform', 'DER', '-aes128'],
        ...['-recip', ra.certificateFile, ...options],
      ],
      Buffer.from('content'),
    );
    const [recipient] = parseEnvelopedData(cms).recipients;
    if (recipient === undefined) throw new Error('no recipient');
    return oaepParameters(recipient.keyEncryption);
  };

  it('SHA-1 by default', () => {
    expect(written()).toEqual({ hash: 'sha1', maskHash: 'sha1', label: NO_LABEL });
  });

  it('SHA-256', () => {
    const both = written('rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256');
    expect(both).toEqual({ hash: 'sha256', maskHash: 'sha256', label: NO_LABEL });
  });

  it('SHA-256 with SHA-1 in MGF1', () => {
    const mixed = written('rsa_oaep_md:sha256', 'rsa_mgf1_md:sha1');
    expect(mixed).toEqual({ hash: 'sha256', maskHash: 'sha1', label: NO_LABEL });
  });

  it('a label', () => {
    expect(Buffer.from(written('rsa_oaep_label:6c61').label).toString('hex')).toBe('6c61');
  });
});

it.each([
  ['absent', undefined],
  ['an empty SEQUENCE', derSequence()],
  ['NULL', derNull()],
  ['an explicit SHA-1', derSequence(derContext(0, algorithm(OID.sha1, derNull())))],
  ['SHA-1 without NULL', derSequence(derContext(0, algorithm(OID.sha1)))],
])('reads parameters that are %s as SHA-1 with an empty label', (_, parameters) => {
  expect(read(parameters)).toEqual({ hash: 'sha1', maskHash: 'sha1', label: NO_LABEL });
});

it.each([
  ['SHA-512', derContext(0, algorithm(OID.sha512, derNull()))],
  ['MD5', derContext(0, algorithm(OID.md5, derNull()))],
  ['a digest that is empty', derContext(0, derSequence())],
  ['another mask generation', derContext(1, algorithm(OID.sha1, derNull()))],
  ['MGF1 with SHA-384', derContext(1, algorithm(OID.mgf1, algorithm(OID.sha384)))],
])('does not support %s', (_, field) => {
  expect(() => read(derSequence(field))).toThrow(UnsupportedAlgorithmError);
});

it.each([
  ['a label source of another kind', derSequence(derContext(2, algorithm(OID.data, derNull())))],
  ['a label without its octets', derSequence(derContext(2, algorithm(OID.pSpecified)))],
  [
    'a label that is no OCTET STRING',
    derSequence(derContext(2, algorithm(OID.pSpecified, derInteger(1)))),
  ],
  ['no ASN.1 at all', Buffer.of(0x30, 1)],
  ['an INTEGER', derInteger(5)],
  ['an OCTET STRING', derOctetString(Buffer.of(1))],
  ['an unknown field', derSequence(derContext(4, derNull()))],
  ['a field twice', derSequence(...[1, 2].map(() => derContext(0, algorithm(OID.sha1))))],
])('refuses %s as malformed', (_, parameters) => {
  expect(() => read(parameters)).toThrow(DecodeError);
});
