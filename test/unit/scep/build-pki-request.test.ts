import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { createKeyTransport } from '../../../src/cms/key-transport.ts';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import {
  buildPkiRequest,
  derIssuerAndSubject,
  transactionIdOf,
} from '../../../src/scep/build-pki-request.ts';
import { findRecipient } from '../../../src/scep/find-recipient.ts';
import { requestTypeOf } from '../../../src/scep/message-types.ts';
import { openPkiRequest } from '../../../src/scep/open-pki-request.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { verifyPkiRequest } from '../../../src/scep/verify-pki-request.ts';
import { formatName } from '../../../src/x509/distinguished-name.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { goldenCsr } from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const device = goldenIdentity('renewing-device');
const ra = goldenIdentity('ra');
const csr = goldenCsr(device);

const build = (type: 'PKCSReq' | 'RenewalReq' | 'CertPoll' | 'GetCert' | 'GetCRL') =>
  buildPkiRequest(
    {
      type,
      transactionId: 'transaction 1',
      senderNonce: Buffer.alloc(16, 5),
      content: csr,
      recipient: { certificate: ra.certificate, publicKey: ra.publicKey },
      cipher: contentCipher('aes256'),
      signer: { certificate: device.certificate, privateKey: device.privateKey, digest: 'sha512' },
    },
    new Date('2026-02-03T04:05:06Z'),
    randomBytes,
  );

it('writes a message that openssl verifies and decrypts', () => {
  const verify = ['cms', '-verify', '-noverify', '-binary', '-inform', 'DER'];
  const envelope = runOpenssl(verify, build('PKCSReq'));
  const keys = ['-inkey', ra.keyFile, '-recip', ra.certificateFile];
  const content = runOpenssl(['cms', '-decrypt', '-binary', '-inform', 'DER', ...keys], envelope);
  expect(content).toEqual(Buffer.from(csr));
});

it.each(['PKCSReq', 'RenewalReq', 'CertPoll', 'GetCert', 'GetCRL'] as const)(
  'writes a %s that our server reads',
  (type) => {
    const request = readPkiRequest(build(type));
    const recipient = { ...ra, keyTransport: createKeyTransport(ra.privateKey) };
    const verified = verifyPkiRequest(request, MODERN_ALGORITHMS);
    const opened = openPkiRequest(verified, findRecipient(request, [recipient]), MODERN_ALGORITHMS);
    expect(requestTypeOf(request.attributes.messageType)).toBe(type);
    expect(request.attributes.transactionId).toBe('transaction 1');
    expect(Buffer.from(request.senderNonce)).toEqual(Buffer.alloc(16, 5));
    expect(verified.digest).toBe('sha512');
    expect(opened.cipher.name).toBe('aes256');
    expect(Buffer.from(opened.content)).toEqual(Buffer.from(csr));
  },
);

it('writes an IssuerAndSubject as a SEQUENCE of the two names', () => {
  const names = ['CN=CA', 'CN=device'].map(parseDistinguishedNameText) as [Uint8Array, Uint8Array];
  const { children, tagNumber } = readBer(derIssuerAndSubject(...names));
  expect(tagNumber).toBe(16);
  expect(children.map(({ bytes }) => formatName(bytes))).toEqual(['CN=CA', 'CN=device']);
});

it('makes a transactionID of 64 hexadecimal digits that depends on the public key alone', () => {
  const [one, other] = [device, ra].map(({ publicKey }) =>
    publicKey.export({ type: 'spki', format: 'der' }),
  ) as [Buffer, Buffer];
  expect(transactionIdOf(one)).toMatch(/^[0-9a-f]{64}$/);
  expect(transactionIdOf(one)).toBe(createHash('sha256').update(Buffer.from(one)).digest('hex'));
  expect(transactionIdOf(one)).not.toBe(transactionIdOf(other));
});
