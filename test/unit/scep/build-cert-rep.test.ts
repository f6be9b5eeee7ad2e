import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../../../src/asn1/read-ber.ts';
import {
  derIa5String,
  derOctetString,
  derOid,
  derPrintableString,
  derUtf8String,
} from '../../../src/asn1/write-der.ts';
import { buildDegenerateSignedData } from '../../../src/cms/build-signed-data.ts';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import {
  buildCertRep,
  type CertRepOutcome,
  replyDigest,
} from '../../../src/scep/build-cert-rep.ts';
import type { ClientName } from '../../../src/scep/guess-client.ts';
import type { FailInfo } from '../../../src/scep/pki-status.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { asn1Lines, runOpenssl } from '../../support/clients/run-openssl.ts';
import {
  attribute,
  forgePkiMessage,
  requestAttributes,
  SENDER_NONCE,
  TRANSACTION_ID,
} from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const ra = goldenIdentity('ra');
const root = goldenIdentity('root');
const device = goldenIdentity('renewing-device');
const content = Buffer.from('content');
const NOW = new Date('2026-02-03T04:05:06Z');

type Attributes = ReturnType<typeof requestAttributes>;
const requestOf = (changes: Partial<Attributes> = {}) =>
  readPkiRequest(
    forgePkiMessage({
      content,
      attributes: Object.values({ ...requestAttributes(content), ...changes }),
    }),
  );

const SUCCESS = {
  status: 'SUCCESS' as const,
  content: buildDegenerateSignedData([device.certificate.der]),
  recipient: { certificate: device.certificate, publicKey: device.publicKey },
  cipher: contentCipher('aes256'),
} satisfies CertRepOutcome;
const failure = (failInfo: FailInfo): CertRepOutcome => ({
  status: 'FAILURE',
  failInfo,
  text: 'The reason.',
  hresult: 0x80070490,
});
const PENDING: CertRepOutcome = { status: 'PENDING' };

/** Random octets that openssl asn1parse never prints as text. */
function neverPrintable(length: number): Uint8Array {
  return Buffer.concat([Buffer.of(0x80), randomBytes(length - 1)]);
}

function build(
  outcome: CertRepOutcome,
  request = requestOf(),
  digest: 'sha1' | 'sha256' | 'sha512' = 'sha256',
  client: ClientName = 'unknown',
) {
  const signer = { certificate: ra.certificate, privateKey: ra.privateKey, digest };
  const context = { signer, client, now: NOW, randomBytes: neverPrintable };
  return buildCertRep(outcome, request, context);
}

function verified(certRep: Uint8Array): Buffer {
  const anchor = ['-CAfile', root.certificateFile, '-purpose', 'any'];
  return runOpenssl(['cms', '-verify', '-binary', '-inform', 'DER', ...anchor], certRep);
}

/**
 * The fields of the SignedData: version, digestAlgorithms, encapContentInfo, certificates,
 * signerInfos.
 */
function fieldsOf(certRep: Uint8Array): readonly BerElement[] {
  return readBer(certRep).children[1]?.children[0]?.children ?? [];
}

function signerInfoOf(certRep: Uint8Array): readonly BerElement[] {
  return fieldsOf(certRep).at(-1)?.children[0]?.children ?? [];
}

const OID_NAMES = new Map(
  Object.entries(OID).map(([name, oid]) => [Buffer.from(derOid(oid)).toString('hex'), name]),
);

/**
 * The single value of each signed attribute, as `openssl asn1parse` prints it, by our name of its
 * type.
 */
function attributesOf(certRep: Uint8Array): Record<string, string> {
  const found = (signerInfoOf(certRep)[3]?.children ?? []).map(({ children: [type, values] }) => {
    expect(values?.children).toHaveLength(1);
    const name = OID_NAMES.get(Buffer.from(type?.bytes ?? []).toString('hex')) ?? 'unknown';
    const [value = ''] = asn1Lines(values?.children[0]?.bytes ?? Buffer.of());
    return [name, value.replace(/^d=0 prim: (.*?)\s*(\[HEX DUMP\])?:(.*)$/, '$1:$3')];
  });
  return Object.fromEntries(found) as Record<string, string>;
}

const COMMON = {
  contentType: 'OBJECT:pkcs7-data',
  messageDigest: expect.stringMatching(/^OCTET STRING:[0-9A-F]{64}$/) as string,
  signingTime: 'UTCTIME:260203040506Z',
  scepTransactionId: `PRINTABLESTRING:${TRANSACTION_ID}`,
  scepMessageType: 'PRINTABLESTRING:3',
  scepRecipientNonce: `OCTET STRING:${SENDER_NONCE.toString('hex').toUpperCase()}`,
  scepSenderNonce: expect.stringMatching(/^OCTET STRING:[0-9A-F]{32}$/) as string,
};

describe('the signed attributes are', () => {
  it('exactly these for SUCCESS', () => {
    expect(attributesOf(build(SUCCESS))).toEqual({ ...COMMON, scepPkiStatus: 'PRINTABLESTRING:0' });
  });

  it('exactly these for PENDING', () => {
    expect(attributesOf(build(PENDING))).toEqual({ ...COMMON, scepPkiStatus: 'PRINTABLESTRING:3' });
  });

  it.each([
    ['badAlg', '0'],
    ['badMessageCheck', '1'],
    ['badRequest', '2'],
    ['badTime', '3'],
    ['badCertId', '4'],
  ] as const)('exactly these for FAILURE %s', (failInfo, number) => {
    expect(attributesOf(build(failure(failInfo)))).toEqual({
      ...COMMON,
      scepPkiStatus: 'PRINTABLESTRING:2',
      scepFailInfo: `PRINTABLESTRING:${number}`,
      scepFailInfoText: 'UTF8STRING:The reason.',
    });
  });

  it('for Windows those and, in FAILURE alone, the HRESULT as a signed decimal', () => {
    const toWindows = (outcome: CertRepOutcome) =>
      attributesOf(build(outcome, requestOf(), 'sha256', 'windows'));
    expect(toWindows(failure('badRequest'))).toEqual({
      ...attributesOf(build(failure('badRequest'))),
      scepSenderNonce: COMMON.scepSenderNonce,
      microsoftScepError: 'PRINTABLESTRING:-2147023728',
    });
    expect(toWindows(SUCCESS)).not.toHaveProperty('microsoftScepError');
    expect(toWindows(PENDING)).not.toHaveProperty('microsoftScepError');
  });

  it.each([SUCCESS, failure('badRequest'), PENDING])('in DER order for %j', (outcome) => {
    const encodings = (signerInfoOf(build(outcome))[3]?.children ?? []).map(({ bytes }) => bytes);
    expect(encodings).toEqual(encodings.toSorted(Buffer.compare));
  });

  it('with a new senderNonce each time, which jscep requires', () => {
    const nonces = Array.from({ length: 5 }, () => attributesOf(build(PENDING))['scepSenderNonce']);
    expect(new Set(nonces).size).toBe(5);
  });
});

describe('the reply repeats unchanged', () => {
  it.each([
    ['PrintableString', derPrintableString('AB=/+12')],
    ['UTF8String', derUtf8String('Gerät')],
    ['IA5String', derIa5String('a@b')],
  ])('the transactionID as %s', (_, der) => {
    const request = requestOf({ transactionId: attribute(OID.scepTransactionId, der) });
    const transactionId = Buffer.from(attribute(OID.scepTransactionId, der));
    const sent = (signerInfoOf(build(PENDING, request))[3]?.children ?? []).map(
      ({ bytes }) => bytes,
    );
    expect(sent.some((encoding) => transactionId.equals(encoding))).toBe(true);
  });

  it.each([1, 8, 16, 32, 64])('a senderNonce of %i octets', (length) => {
    const nonce = Buffer.alloc(length, 0xc3);
    const senderNonce = attribute(OID.scepSenderNonce, derOctetString(nonce));
    const { scepRecipientNonce } = attributesOf(build(PENDING, requestOf({ senderNonce })));
    expect(scepRecipientNonce).toBe(`OCTET STRING:${nonce.toString('hex').toUpperCase()}`);
  });
});

describe('the SignedData', () => {
  it.each([SUCCESS, failure('badAlg'), PENDING])(
    'verifies in openssl up to the root for %j',
    (outcome) => {
      const message = verified(build(outcome));
      expect(message.length > 0).toBe(outcome.status === 'SUCCESS');
    },
  );

  it.each(['sha1', 'sha256', 'sha512'] as const)('has the requested digest: %s', (digest) => {
    const certRep = build(PENDING, requestOf(), digest);
    expect(verified(certRep)).toHaveLength(0);
    const names = [fieldsOf(certRep)[1]?.children[0], signerInfoOf(certRep)[2]];
    for (const algorithm of names) {
      expect(asn1Lines(algorithm?.bytes ?? Buffer.of()).slice(1)).toEqual([
        `d=1 prim: OBJECT            :${digest}`,
        'd=1 prim: NULL',
      ]);
    }
  });

  it('has rsaEncryption with NULL as signature algorithm, which strongSwan requires', () => {
    expect(asn1Lines(signerInfoOf(build(SUCCESS))[4]?.bytes ?? Buffer.of()).slice(1)).toEqual([
      'd=1 prim: OBJECT            :rsaEncryption',
      'd=1 prim: NULL',
    ]);
  });

  it('has version 1 twice, the signer by issuerAndSerialNumber, and only the RA certificate', () => {
    const [version, , , certificates, signerInfos] = fieldsOf(build(SUCCESS));
    const [signerVersion, sid] = signerInfoOf(build(SUCCESS));
    expect([version?.content, signerVersion?.content]).toEqual([Buffer.of(1), Buffer.of(1)]);
    expect(sid?.children[0]?.bytes).toEqual(Buffer.from(ra.certificate.issuer));
    expect(sid?.children[1]?.content).toEqual(Buffer.from(ra.certificate.serialNumber));
    expect(Buffer.from(certificates?.content ?? [])).toEqual(Buffer.from(ra.certificate.der));
    expect(signerInfos?.children).toHaveLength(1);
  });

  it.each([failure('badRequest'), PENDING])(
    'has an empty content, not an absent one, for %j',
    (outcome) => {
      const encapsulated = fieldsOf(build(outcome))[2];
      expect(asn1Lines(encapsulated?.bytes ?? Buffer.of())).toEqual([
        'd=0 cons: SEQUENCE',
        'd=1 prim: OBJECT            :pkcs7-data',
        'd=1 cons: cont [ 0 ]',
        'd=2 prim: OCTET STRING',
      ]);
    },
  );
});

describe('the envelope of SUCCESS', () => {
  const inner = (cipher: 'aes128' | 'aes192' | 'aes256' | '3des') => {
    const envelope = verified(build({ ...SUCCESS, cipher: contentCipher(cipher) }));
    const keys = ['-inkey', device.keyFile, '-recip', device.certificateFile];
    return runOpenssl(['cms', '-decrypt', '-binary', '-inform', 'DER', ...keys], envelope);
  };

  it.each(['aes128', 'aes192', 'aes256', '3des'] as const)(
    'opens in openssl with the requester’s key, with %s, and contains only the leaf',
    (cipher) => {
      const printed = runOpenssl(['pkcs7', '-inform', 'DER', '-print_certs'], inner(cipher));
      const pem = printed.toString('utf8').match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g);
      expect(pem).toHaveLength(1);
      const der = Buffer.from((pem?.[0] ?? '').replace(/-----[^-]*-----/g, ''), 'base64');
      expect(der).toEqual(Buffer.from(device.certificate.der));
    },
  );

  it('contains a degenerate SignedData without digests, content and signers', () => {
    const lines = asn1Lines(inner('aes128')).filter((line) => /^d=[0-3]/.test(line));
    expect(lines.slice(4)).toEqual([
      'd=3 prim: INTEGER           :01',
      'd=3 cons: SET',
      'd=3 cons: SEQUENCE',
      'd=3 cons: cont [ 0 ]',
      'd=3 cons: SET',
    ]);
  });
});

describe('replyDigest', () => {
  const digestFor = (digest: 'md5' | 'sha1' | 'sha256' | 'sha512', policy = MODERN_ALGORITHMS) =>
    replyDigest(readPkiRequest(forgePkiMessage({ content, digest })), policy);

  it('is that of the request, as old clients know no other', () => {
    expect(digestFor('sha256')).toBe('sha256');
    expect(digestFor('sha512')).toBe('sha512');
    expect(digestFor('sha1', { ...MODERN_ALGORITHMS, allowSha1: true })).toBe('sha1');
    expect(digestFor('md5', { ...MODERN_ALGORITHMS, allowMd5: true })).toBe('md5');
  });

  it('is SHA-256 when that of the request is not accepted or unknown', () => {
    expect(digestFor('sha1')).toBe('sha256');
    expect(digestFor('md5')).toBe('sha256');
    const unknown = forgePkiMessage({ content, digestOid: '2.16.840.1.101.3.4.2.4' });
    expect(replyDigest(readPkiRequest(unknown), MODERN_ALGORITHMS)).toBe('sha256');
  });
});
