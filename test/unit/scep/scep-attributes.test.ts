import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derElement,
  derIa5String,
  derInteger,
  derOctetString,
  derPrintableString,
  derUtf8String,
} from '../../../src/asn1/write-der.ts';
import { parseSignedData } from '../../../src/cms/parse-signed-data.ts';
import {
  nonceAttribute,
  printableAttribute,
  readScepAttributes,
  utf8Attribute,
} from '../../../src/scep/scep-attributes.ts';
import { asn1Lines } from '../../support/clients/run-openssl.ts';
import {
  attribute,
  forgePkiMessage,
  requestAttributes,
} from '../../support/scep-messages/forge-pki-message.ts';

const content = Buffer.from('content');
const good = requestAttributes(content);

function read(changes: Partial<Record<keyof typeof good, Uint8Array>>, ...more: Uint8Array[]) {
  const attributes = [...Object.values({ ...good, ...changes }), ...more];
  const [signer] = parseSignedData(forgePkiMessage({ content, attributes })).signers;
  if (signer === undefined) throw new Error('no signer');
  return readScepAttributes(signer);
}

const transactionId = (...values: Uint8Array[]) => ({
  transactionId: attribute(OID.scepTransactionId, ...values),
});
const senderNonce = (...values: Uint8Array[]) => ({
  senderNonce: attribute(OID.scepSenderNonce, ...values),
});
const NOTHING = attribute('1.2.3', derInteger(1));

it('reads the attributes of a request', () => {
  expect(read({})).toMatchObject({
    messageType: '19',
    transactionId: 'forged transaction 1',
    recipientNonce: undefined,
    pkiStatus: undefined,
    failInfo: undefined,
    failInfoText: undefined,
  });
});

it('reads the attributes of a reply', () => {
  const nonce = Buffer.alloc(16, 1);
  const reply = read(
    {},
    printableAttribute(OID.scepPkiStatus, '2'),
    printableAttribute(OID.scepFailInfo, '1'),
    utf8Attribute(OID.scepFailInfoText, 'wörtlich'),
    nonceAttribute(OID.scepRecipientNonce, nonce),
  );
  expect(reply).toMatchObject({ pkiStatus: '2', failInfo: '1', failInfoText: 'wörtlich' });
  expect(Buffer.from(reply.recipientNonce ?? [])).toEqual(nonce);
});

describe('transactionID', () => {
  it.each([
    ['a PrintableString', derPrintableString('AB12'), 'AB12'],
    ['a UTF8String', derUtf8String('Gerät'), 'Gerät'],
    ['an IA5String', derIa5String('a@b'), 'a@b'],
    ['77 digits, as certmonger sends', derPrintableString('7'.repeat(77)), '7'.repeat(77)],
    ['base64, as scepclient sends', derPrintableString('jz/on+PP='), 'jz/on+PP='],
    [
      'with a space, as sscep sends',
      derPrintableString('SSCEP transactionId'),
      'SSCEP transactionId',
    ],
    ['of 255 octets', derPrintableString('x'.repeat(255)), 'x'.repeat(255)],
  ])('may be %s, and its DER stays unchanged', (_, der, text) => {
    const attributes = read(transactionId(der));
    expect(attributes.transactionId).toBe(text);
    expect(Buffer.from(attributes.transactionIdDer)).toEqual(Buffer.from(der));
  });

  it.each([
    ['missing', { transactionId: NOTHING }],
    ['empty', transactionId(derPrintableString(''))],
    ['of 256 octets', transactionId(derPrintableString('x'.repeat(256)))],
    ['of two values', transactionId(derPrintableString('1'), derPrintableString('2'))],
    ['of the same value twice', transactionId(derPrintableString('1'), derPrintableString('1'))],
    ['an INTEGER', transactionId(derInteger(5))],
    ['an OCTET STRING', transactionId(derOctetString(Buffer.from('AB')))],
    ['a BMPString', transactionId(derElement(0x1e, Buffer.from('\0A')))],
    ['under a context tag', transactionId(derElement(0x93, Buffer.from('AB')))],
    ['a constructed string', transactionId(derElement(0x33, derPrintableString('AB')))],
    ['no valid UTF-8', transactionId(derElement(0x0c, Buffer.of(0xff, 0xfe)))],
    ['outside ASCII in a PrintableString', transactionId(derElement(0x13, Buffer.of(0xe4)))],
  ])('must not be %s', (_, changes) => {
    expect(() => read(changes)).toThrow(DecodeError);
  });
});

describe('nonces', () => {
  it.each([1, 8, 16, 32, 64])('may have %i octets', (length) => {
    const nonce = Buffer.alloc(length, 0xa5);
    expect(Buffer.from(read(senderNonce(derOctetString(nonce))).senderNonce ?? [])).toEqual(nonce);
  });

  it('may be missing here; readPkiRequest requires the senderNonce', () => {
    expect(read({ senderNonce: NOTHING }).senderNonce).toBeUndefined();
  });

  it.each([
    ['empty', senderNonce(derOctetString(Buffer.alloc(0)))],
    ['of 65 octets', senderNonce(derOctetString(Buffer.alloc(65)))],
    ['doubled', senderNonce(derOctetString(Buffer.of(1)), derOctetString(Buffer.of(1)))],
    ['a PrintableString', senderNonce(derPrintableString('0123456789abcdef'))],
  ])('must not be %s', (_, changes) => {
    expect(() => read(changes)).toThrow(DecodeError);
  });
});

it.each(['messageType', 'transactionId', 'senderNonce'] as const)(
  'refuses %s in two attributes',
  (name) => {
    expect(() => read({}, good[name])).toThrow('is repeated');
  },
);

it('refuses a message without messageType', () => {
  expect(() => read({ messageType: NOTHING })).toThrow('the messageType is missing');
});

it('writes one value of the type that RFC 8894 section 3.2.1 prescribes', () => {
  const typeOf = (der: Uint8Array) => asn1Lines(der).at(-1);
  expect(typeOf(printableAttribute(OID.scepMessageType, '3'))).toBe(
    'd=2 prim: PRINTABLESTRING   :3',
  );
  expect(typeOf(utf8Attribute(OID.scepFailInfoText, 'no'))).toBe('d=2 prim: UTF8STRING        :no');
  expect(typeOf(nonceAttribute(OID.scepSenderNonce, Buffer.alloc(2, 0xff)))).toBe(
    'd=2 prim: OCTET STRING      [HEX DUMP]:FFFF',
  );
});
