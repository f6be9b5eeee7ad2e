import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derInteger, derNull, derOctetString, derSequence } from '../../../src/asn1/write-der.ts';
import { derAlgorithmIdentifier } from '../../../src/x509/algorithm-identifier.ts';
import { derOcspRequest, ocspQuestion } from '../../../src/x509/build-ocsp-request.ts';
import {
  derOcspFailure,
  derOcspResponse,
  derOcspResponseData,
  type OcspCertStatus,
} from '../../../src/x509/build-ocsp-response.ts';
import { keyIdentifierOf } from '../../../src/x509/key-identifier.ts';
import { parseOcspRequest } from '../../../src/x509/parse-ocsp-request.ts';
import { parseOcspResponse } from '../../../src/x509/parse-ocsp-response.ts';
import { makeIdentity } from '../../support/keys/test-authority.ts';

const issuer = makeIdentity({ subject: 'CN=Issuer', ca: {} }).certificate;
const question = ocspQuestion(issuer, Buffer.from('00ff01', 'hex'));
const thisUpdate = new Date('2026-01-02T03:04:05Z');
const nextUpdate = new Date('2026-01-02T04:04:05Z');

function response(status: OcspCertStatus): Uint8Array {
  const certId = derSequence(
    derAlgorithmIdentifier(OID.sha1, derNull()),
    derOctetString(question.issuerNameHash),
    derOctetString(question.issuerKeyHash),
    derInteger(question.serialNumber),
  );
  const data = derOcspResponseData({
    responderKeyHash: keyIdentifierOf(issuer.subjectPublicKeyInfo),
    producedAt: thisUpdate,
    ...{ thisUpdate, nextUpdate, responses: [{ certId, status }], nonce: undefined },
  });
  return derOcspResponse(data, 'SHA256WITHRSA', Buffer.from('signature'));
}

describe('derOcspRequest', () => {
  it('asks for one certificate by the digests of its issuer', () => {
    const { certIds, nonce } = parseOcspRequest(derOcspRequest(question));
    expect(nonce).toBeUndefined();
    expect(certIds).toHaveLength(1);
    expect(certIds[0]).toMatchObject({
      hashAlgorithm: OID.sha1,
      issuerNameHash: createHash('sha1').update(issuer.subject).digest(),
      issuerKeyHash: keyIdentifierOf(issuer.subjectPublicKeyInfo),
      serialNumber: Buffer.from('00ff01', 'hex'),
    });
  });
});

describe('parseOcspResponse', () => {
  it.each<[OcspCertStatus]>([
    [{ kind: 'good' }],
    [{ kind: 'revoked', revokedAt: thisUpdate, reason: 'keyCompromise' }],
    [{ kind: 'unknown' }],
  ])('reads a written response: %o', (status) => {
    const parsed = parseOcspResponse(response(status));
    expect(parsed.statuses).toEqual([
      {
        issuerNameHash: question.issuerNameHash,
        issuerKeyHash: question.issuerKeyHash,
        serialNumber: Buffer.from('00ff01', 'hex'),
        ...{ status: status.kind, thisUpdate, nextUpdate },
        reason: status.kind === 'revoked' ? status.reason : undefined,
      },
    ]);
    expect(Buffer.from(parsed.signature).toString()).toBe('signature');
    expect(parsed.signatureAlgorithm.oid).toBe(OID.sha256WithRsa);
    expect(parsed.certificates).toEqual([]);
  });

  it('refuses a response that is not successful', () => {
    expect(() => parseOcspResponse(derOcspFailure('tryLater'))).toThrow(
      'the OCSP response has the status 3',
    );
  });

  it('throws only DecodeError when octets are cut off or changed', () => {
    const whole = response({ kind: 'good' });
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x21;
      for (const der of [whole.subarray(0, at), changed]) {
        try {
          parseOcspResponse(der);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }
    }
  });
});
