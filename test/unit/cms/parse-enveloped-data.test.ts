import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import {
  derContext,
  derContextPrimitive,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSet,
} from '../../../src/asn1/write-der.ts';
import { parseEnvelopedData } from '../../../src/cms/parse-enveloped-data.ts';
import { keyIdentifierOf } from '../../../src/x509/key-identifier.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { forgePkiMessage, goldenEnvelope } from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const ra = goldenIdentity('ra');
const foreign = goldenIdentity('foreign-ra');
const content = Buffer.from('content\n');

function encryptedByOpenssl(...options: string[]): Buffer {
  return runOpenssl(
    ['cms', '-encrypt', '-binary', '-outform', 'DER', '-aes256', ...options],
    content,
  );
}

describe('the output of openssl cms -encrypt', () => {
  it('is read field by field', () => {
    const { recipients, contentEncryption, encryptedContent } = parseEnvelopedData(
      encryptedByOpenssl(ra.certificateFile),
    );
    expect(recipients).toHaveLength(1);
    expect(recipients[0]?.id).toEqual({
      kind: 'issuerAndSerialNumber',
      issuer: Buffer.from(ra.certificate.issuer),
      serialNumber: Buffer.from(ra.certificate.serialNumber),
    });
    expect(recipients[0]?.keyEncryption).toEqual({
      oid: OID.rsaEncryption,
      parameters: Buffer.from(derNull()),
    });
    expect(recipients[0]?.encryptedKey).toHaveLength(256);
    expect(contentEncryption.oid).toBe(OID.aes256Cbc);
    expect(readBer(contentEncryption.parameters ?? new Uint8Array()).content).toHaveLength(16);
    expect(encryptedContent).toHaveLength(16);
  });

  it('may be streamed: the strings of a constructed [0] are joined', () => {
    const plaintext = randomBytes(20_000);
    const streamed = runOpenssl(
      [
        ...[
          'cms',
          '-encrypt',
          '-stream',
          '-binary',
          '-outform',
          'DER',
          '-aes128',
          ra.certificateFile,
        ],
      ],
      plaintext,
    );
    expect(parseEnvelopedData(streamed).encryptedContent).toHaveLength(20_000 + 16 - (20_000 % 16));
  });

  it('may have several recipients, in the order sent', () => {
    const both = encryptedByOpenssl(foreign.certificateFile, ra.certificateFile);
    const serials = parseEnvelopedData(both).recipients.map(({ id }) =>
      id.kind === 'issuerAndSerialNumber' ? Buffer.from(id.serialNumber).toString('hex') : '',
    );
    const hex = ({ serialNumber }: { serialNumber: Uint8Array }) =>
      Buffer.from(serialNumber).toString('hex');
    expect(serials.toSorted()).toEqual([foreign, ra].map((x) => hex(x.certificate)).toSorted());
  });

  it('names its recipient by key identifier with -keyid', () => {
    const [recipient] = parseEnvelopedData(
      encryptedByOpenssl('-keyid', '-recip', ra.certificateFile),
    ).recipients;
    expect(recipient?.id).toEqual({
      kind: 'subjectKeyIdentifier',
      keyIdentifier: Buffer.from(keyIdentifierOf(ra.certificate.subjectPublicKeyInfo)),
    });
  });

  it('may have recipients of other kinds, which are left out', () => {
    const directory = tempDirectory();
    const key = path.join(directory, 'ec.key');
    const certificate = path.join(directory, 'ec.pem');
    writeFileSync(key, runOpenssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout']));
    const subject = ['-subj', '/CN=ec', '-days', '1'];
    runOpenssl(['req', '-x509', '-new', '-key', key, ...subject, '-out', certificate]);
    const envelope = encryptedByOpenssl(
      ...['-secretkey', '00112233445566778899aabbccddeeff', '-secretkeyid', '01'],
      ...['-pwri_password', 'secret', ra.certificateFile, certificate],
    );
    expect(parseEnvelopedData(envelope).recipients).toHaveLength(1);
  });
});

interface Parts {
  readonly recipients?: number;
  readonly contentType?: string;
  readonly encrypted?: readonly Uint8Array[];
}

function forgeEnvelope({ recipients = 1, contentType = OID.data, encrypted }: Parts): Uint8Array {
  const { issuer, serialNumber } = ra.certificate;
  const recipient = derSequence(
    derInteger(0),
    derSequence(issuer, derInteger(serialNumber)),
    derSequence(derOid(OID.rsaEncryption), derNull()),
    derOctetString(Buffer.alloc(256)),
  );
  const encryptedContentInfo = derSequence(
    derOid(contentType),
    derSequence(derOid(OID.aes128Cbc), derOctetString(Buffer.alloc(16))),
    ...(encrypted ?? [derContextPrimitive(0, Buffer.alloc(16, 7))]),
  );
  const set = derSet(...Array.from({ length: recipients }, () => recipient));
  return derSequence(
    derOid(OID.envelopedData),
    derContext(0, derSequence(derInteger(0), set, encryptedContentInfo)),
  );
}

it.each([
  ['a primitive [0]', derContextPrimitive(0, Buffer.alloc(16, 7))],
  ['[0] with one OCTET STRING', derContext(0, derOctetString(Buffer.alloc(16, 7)))],
  [
    '[0] with two OCTET STRINGs',
    derContext(0, derOctetString(Buffer.alloc(5, 7)), derOctetString(Buffer.alloc(11, 7))),
  ],
])('reads an encryptedContent that is %s', (_, encrypted) => {
  const read = parseEnvelopedData(forgeEnvelope({ encrypted: [encrypted] }));
  expect(Buffer.from(read.encryptedContent)).toEqual(Buffer.alloc(16, 7));
});

it('reads 10 recipients and refuses 11', () => {
  expect(parseEnvelopedData(forgeEnvelope({ recipients: 10 })).recipients).toHaveLength(10);
  const eleven = forgeEnvelope({ recipients: 11 });
  expect(() => parseEnvelopedData(eleven)).toThrow(DecodeError);
  expect(() => parseEnvelopedData(eleven)).toThrow('too many recipients');
});

it.each([
  ['nothing', new Uint8Array()],
  ['SignedData', forgePkiMessage()],
  ['a certificate', ra.certificate.der],
  ['an envelope and one octet', Buffer.concat([goldenEnvelope(), Buffer.of(0)])],
  ['no encrypted content', forgeEnvelope({ encrypted: [] })],
  ['NULL inside a constructed [0]', forgeEnvelope({ encrypted: [derContext(0, derNull())] })],
])('throws a DecodeError for %s', (_, bytes) => {
  expect(() => parseEnvelopedData(bytes)).toThrow(DecodeError);
});

it('reads an inner content of any type', () => {
  const { encryptedContent } = parseEnvelopedData(forgeEnvelope({ contentType: OID.signedData }));
  expect(encryptedContent).toEqual(parseEnvelopedData(forgeEnvelope({})).encryptedContent);
});
