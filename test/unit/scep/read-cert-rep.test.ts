import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derUtf8String } from '../../../src/asn1/write-der.ts';
import { buildDegenerateSignedData, buildSignedData } from '../../../src/cms/build-signed-data.ts';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import { buildCertRep, type CertRepOutcome } from '../../../src/scep/build-cert-rep.ts';
import { buildPkiRequest } from '../../../src/scep/build-pki-request.ts';
import { type ExpectedCertRep, readCertRep } from '../../../src/scep/read-cert-rep.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { UntrustedReplyError } from '../../../src/scep/require-server-signature.ts';
import { nonceAttribute, printableAttribute } from '../../../src/scep/scep-attributes.ts';
import type { DigestName } from '../../../src/x509/signature-algorithms.ts';
import { type Identity, makeIdentity } from '../../support/keys/test-authority.ts';

const NOW = new Date();
const NONCE = randomBytes(16);
const ca = makeIdentity({ subject: 'CN=CA', ca: {} });
const ra = makeIdentity({ subject: 'CN=RA', issuer: ca });
const device = makeIdentity({ subject: 'CN=device' });
const other = makeIdentity({ subject: 'CN=other' });
const request = readPkiRequest(
  buildPkiRequest(
    {
      ...{ type: 'PKCSReq', transactionId: 'abc', senderNonce: NONCE, content: randomBytes(20) },
      ...{ recipient: ra, cipher: contentCipher('aes128') },
      signer: { ...device, digest: 'sha256' },
    },
    NOW,
    randomBytes,
  ),
);
const EXPECTED: ExpectedCertRep = {
  transactionId: 'abc',
  senderNonce: NONCE,
  signers: [ra.certificate, ca.certificate],
  policy: MODERN_ALGORITHMS,
};

function success(recipient: Identity = device, cipher: 'aes256' | 'des' | '3des' = 'aes256') {
  return {
    status: 'SUCCESS',
    content: buildDegenerateSignedData([ca.certificate.der]),
    recipient,
    cipher: contentCipher(cipher),
  } as const;
}

function reply(
  outcome: CertRepOutcome,
  signer: Identity = ra,
  digest: DigestName = 'sha256',
): Uint8Array {
  return buildCertRep(outcome, request, {
    ...{ signer: { ...signer, digest }, client: 'windows', now: NOW, randomBytes },
  });
}

function read(bytes: Uint8Array, expected: Partial<ExpectedCertRep> = {}) {
  return readCertRep(bytes, { ...EXPECTED, ...expected }, device);
}

/** A CertRep with chosen attributes, signed by the RA. */
function custom(attributes: readonly Uint8Array[]): Uint8Array {
  return buildSignedData(Buffer.alloc(0), { ...ra, digest: 'sha256' }, attributes);
}

const PENDING_ATTRIBUTES = {
  transactionId: printableAttribute(OID.scepTransactionId, 'abc'),
  messageType: printableAttribute(OID.scepMessageType, '3'),
  pkiStatus: printableAttribute(OID.scepPkiStatus, '3'),
  recipientNonce: nonceAttribute(OID.scepRecipientNonce, NONCE),
  senderNonce: nonceAttribute(OID.scepSenderNonce, randomBytes(16)),
};

function pendingWith(changes: Partial<Record<keyof typeof PENDING_ATTRIBUTES, Uint8Array | null>>) {
  const attributes = { ...PENDING_ATTRIBUTES, ...changes };
  return custom(Object.values(attributes).filter((attribute) => attribute !== null));
}

describe('reads', () => {
  it('SUCCESS with the certificates', () => {
    const certRep = read(reply(success()));
    expect(certRep.status).toBe('SUCCESS');
    expect(certRep).toHaveProperty('certificates.0.der', Buffer.from(ca.certificate.der));
  });

  it('FAILURE with failInfo and text', () => {
    const failure = { status: 'FAILURE', failInfo: 'badRequest', text: 'Não.' } as const;
    expect(read(reply({ ...failure, hresult: 0x80070057 }))).toEqual(failure);
  });

  it('FAILURE without a text', () => {
    const status = printableAttribute(OID.scepPkiStatus, '2');
    const failInfo = printableAttribute(OID.scepFailInfo, '4');
    const { pkiStatus: _, ...rest } = PENDING_ATTRIBUTES;
    expect(read(custom([...Object.values(rest), status, failInfo]))).toEqual({
      ...{ status: 'FAILURE', failInfo: 'badCertId', text: undefined },
    });
  });

  it('PENDING', () => {
    expect(read(reply({ status: 'PENDING' }))).toEqual({ status: 'PENDING' });
    expect(read(pendingWith({}))).toEqual({ status: 'PENDING' });
  });

  it('a reply that the CA signed itself', () => {
    expect(read(reply({ status: 'PENDING' }, ca)).status).toBe('PENDING');
  });

  it('SHA-1 when the policy accepts it', () => {
    const policy = { ...MODERN_ALGORITHMS, allowSha1: true };
    expect(read(reply({ status: 'PENDING' }, ra, 'sha1'), { policy }).status).toBe('PENDING');
  });
});

describe('refuses', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a signer who was not in GetCACert', () => read(reply(success(), other)), /not signed by a/],
    [
      'a signer of the same name with another key',
      () => {
        const impostor = { ...other, certificate: ra.certificate };
        return read(reply(success(), impostor));
      },
      /signature of the reply is wrong/,
    ],
    ['a digest outside the policy', () => read(reply(success(), ra, 'sha1')), /signed with sha1/],
    [
      'a cipher outside the policy',
      () => read(reply(success(device, 'des'))),
      /encrypted with des/,
    ],
    [
      'another transactionID',
      () => read(reply(success()), { transactionId: 'abd' }),
      /transactionID/,
    ],
    [
      'another nonce',
      () => read(reply(success()), { senderNonce: randomBytes(16) }),
      /recipientNonce/,
    ],
    ['a missing nonce', () => read(pendingWith({ recipientNonce: null })), /recipientNonce/],
    [
      'a request as the reply',
      () =>
        read(
          custom([
            printableAttribute(OID.scepTransactionId, 'abc'),
            printableAttribute(OID.scepMessageType, '19'),
            nonceAttribute(OID.scepSenderNonce, NONCE),
          ]),
        ),
      /messageType/,
    ],
  ])('%s', (_case, run, message) => {
    expect(run).toThrow(UntrustedReplyError);
    expect(run).toThrow(message);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['a reply without senderNonce', () => read(pendingWith({ senderNonce: null })), /senderNonce/],
    [
      'an unknown pkiStatus',
      () =>
        read(
          pendingWith({
            pkiStatus: printableAttribute(OID.scepPkiStatus, '1'),
          }),
        ),
      /pkiStatus/,
    ],
    ['no pkiStatus', () => read(pendingWith({ pkiStatus: null })), /pkiStatus/],
    [
      'a FAILURE without failInfo',
      () =>
        read(
          pendingWith({
            pkiStatus: printableAttribute(OID.scepPkiStatus, '2'),
          }),
        ),
      /failInfo/,
    ],
    [
      'a SUCCESS without content',
      () =>
        read(
          pendingWith({
            pkiStatus: printableAttribute(OID.scepPkiStatus, '0'),
          }),
        ),
      /ASN\.1/,
    ],
    ['an envelope for another recipient', () => read(reply(success(other))), /cannot be decrypted/],
    [
      'a nonce that is a string',
      () =>
        read(
          pendingWith({
            senderNonce: Buffer.concat([derUtf8String('x')]),
          }),
        ),
      /./,
    ],
  ])('%s', (_case, run, message) => {
    expect(run).toThrow(DecodeError);
    expect(run).toThrow(message);
  });

  it('a reply changed at any octet, with only its own errors', () => {
    const good = reply(success());
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ difference;
        try {
          // Unsigned parts may change, such as the enclosed certificates or the encoding of a tag.
          expect(read(bad)).toHaveProperty('certificates.0.der', Buffer.from(ca.certificate.der));
        } catch (error) {
          if (!(error instanceof UntrustedReplyError)) expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
