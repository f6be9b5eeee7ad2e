import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../../src/asn1/read-ber.ts';
import {
  derContext,
  derElement,
  derOctetString,
  derOid,
  derSequence,
} from '../../../../src/asn1/write-der.ts';
import { HOUR_MS } from '../../../../src/durations.ts';
import { askOcsp } from '../../../../src/issuer/acm-pca/ask-ocsp.ts';
import { derSigned } from '../../../../src/x509/build-certificate.ts';
import {
  derOcspResponseData,
  type OcspCertStatus,
} from '../../../../src/x509/build-ocsp-response.ts';
import { keyIdentifierOf } from '../../../../src/x509/key-identifier.ts';
import { parseOcspRequest } from '../../../../src/x509/parse-ocsp-request.ts';
import { createSigner } from '../../../../src/x509/signing-algorithm.ts';
import {
  type Identity,
  type IdentityOptions,
  makeIdentity,
  rsaKeyPair,
} from '../../../support/keys/test-authority.ts';

const NOW = Date.now();
const keys = rsaKeyPair();
const issuer = makeIdentity({ keys, subject: 'CN=Issuer', ca: {} });
const stranger = makeIdentity({ subject: 'CN=Issuer', ca: {} });
const delegateKeys = rsaKeyPair();
const delegate = (changes: Partial<IdentityOptions> = {}) =>
  makeIdentity({
    ...{ keys: delegateKeys, subject: 'CN=OCSP', issuer },
    extendedKeyUsage: [OID.ocspSigning],
    ...changes,
  });
const SERIAL = Buffer.from('00abcdef', 'hex');

interface Reply {
  readonly signer: Identity;
  readonly brings?: readonly Identity[];
  readonly status?: OcspCertStatus;
  readonly nextUpdate?: number;
  /** Answers about another certificate. */
  readonly astray?: boolean;
}

async function startResponder(reply: Reply): Promise<string> {
  const { signer, brings = [], status = { kind: 'good' } } = reply;
  const server = createServer((request, response) => {
    void buffer(request).then((octets) => {
      const { certIds } = parseOcspRequest(octets);
      const certId = Buffer.from(certIds[0].der);
      if (reply.astray === true) certId[certId.length - 1] = 0;
      const data = derOcspResponseData({
        responderKeyHash: keyIdentifierOf(signer.certificate.subjectPublicKeyInfo),
        ...{ producedAt: new Date(NOW), thisUpdate: new Date(NOW - HOUR_MS) },
        nextUpdate: new Date(reply.nextUpdate ?? NOW + HOUR_MS),
        ...{ responses: [{ certId, status }], nonce: undefined },
      });
      const sign = createSigner(signer.privateKey, 'SHA256WITHRSA');
      const signed = readBer(derSigned(data, 'SHA256WITHRSA', sign(data))).children;
      const certificates = derContext(0, derSequence(...brings.map((one) => one.certificate.der)));
      const basic = derSequence(
        ...signed.map(({ bytes }) => bytes),
        ...(brings.length > 0 ? [certificates] : []),
      );
      const bytes = derSequence(derOid(OID.ocspBasicResponse), derOctetString(basic));
      response.end(derSequence(derElement(0x0a, Buffer.of(0)), derContext(0, bytes)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ask = async (reply: Reply) =>
  askOcsp(await startResponder(reply), issuer.certificate, SERIAL, NOW);

it.each<[string, Reply]>([
  ['the issuer', { signer: issuer }],
  ['a delegate', { signer: delegate(), brings: [delegate()] }],
  ['a delegate, among others', { signer: delegate(), brings: [stranger, delegate()] }],
])('believes %s', async (_, reply) => {
  const good = await ask(reply);
  expect(good.reason).toBeUndefined();
  expect(Math.abs(good.nextUpdate - NOW - HOUR_MS)).toBeLessThan(1_000);
  const status = { kind: 'revoked', revokedAt: new Date(NOW), reason: 'keyCompromise' } as const;
  expect((await ask({ ...reply, status })).reason).toBe('keyCompromise');
});

const past = { notBefore: new Date(NOW - 2 * HOUR_MS), notAfter: new Date(NOW - HOUR_MS) };

it.each<[string, Reply, string]>([
  ['a stranger', { signer: stranger }, 'not signed for the CA'],
  ['a stranger with its own certificate', { signer: stranger, brings: [stranger] }, 'not signed'],
  [
    'a delegate of a stranger',
    { signer: delegate(), brings: [delegate({ issuer: stranger })] },
    'not signed',
  ],
  [
    'a holder of another certificate',
    { signer: delegate(), brings: [delegate({ extendedKeyUsage: [OID.clientAuth] })] },
    'not signed',
  ],
  ['an expired delegate', { signer: delegate(), brings: [delegate(past)] }, 'not signed'],
  ['an outdated answer', { signer: issuer, nextUpdate: NOW - 60_000 }, 'out of date'],
  [
    'an answer about another certificate',
    { signer: issuer, astray: true },
    'about another certificate',
  ],
  [
    'a responder that does not know the certificate',
    { signer: issuer, status: { kind: 'unknown' } },
    'does not know',
  ],
])('does not believe %s', async (_, reply, reason) => {
  await expect(ask(reply)).rejects.toThrow(reason);
});
