import { describe, expect, test } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derOid } from '../../../src/asn1/write-der.ts';
import { createKeyTransport } from '../../../src/cms/rsa-key-transport.ts';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import { findRecipient } from '../../../src/scep/find-recipient.ts';
import { openPkiRequest } from '../../../src/scep/open-pki-request.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { verifyPkiRequest } from '../../../src/scep/verify-pki-request.ts';
import { forgePkiMessage, goldenCsr, goldenEnvelope } from '../../support/forge-pki-message.ts';
import { goldenIdentity } from '../../support/golden-identity.ts';
import { refusalOf } from '../../support/refusal-of.ts';

const device = goldenIdentity('renewing-device');
const { certificate, privateKey } = goldenIdentity('ra');
const ra = { certificate, privateKey, keyTransport: createKeyTransport(privateKey) };
const csr = goldenCsr(device);
const WITH_DES = { ...MODERN_ALGORITHMS, allowSingleDes: true };

/** Signs `envelope` anew, as anybody can with a key of his own, and opens it. */
function open(envelope: Uint8Array, policy = WITH_DES) {
  const request = readPkiRequest(forgePkiMessage({ content: envelope }));
  const verified = verifyPkiRequest(request, policy);
  return openPkiRequest(verified, findRecipient(request, [ra]), policy);
}

describe('opens', () => {
  test.each(['aes128', 'aes192', 'aes256', '3des', 'des'] as const)('%s', (name) => {
    const opened = open(goldenEnvelope(name, csr));
    expect(Buffer.from(opened.content)).toEqual(Buffer.from(csr));
    expect(opened.cipher.name).toBe(name);
  });
});

describe('refuses', () => {
  test('single DES unless the policy allows it', () => {
    const refusal = refusalOf(() => open(goldenEnvelope('des', csr), MODERN_ALGORITHMS));
    expect(refusal.reason).toBe('algorithm-not-allowed');
  });

  test.each([
    ['the content cipher', OID.aes128Cbc, '2.16.840.1.101.3.4.1.6'],
    ['the key transport', OID.rsaEncryption, '1.2.840.113549.1.1.6'],
  ])('%s when it is unknown', (_, known, unknown) => {
    const envelope = Buffer.from(goldenEnvelope('aes128', csr));
    const at = envelope.indexOf(Buffer.from(derOid(known)));
    Buffer.from(derOid(unknown)).copy(envelope, at);
    const refusal = refusalOf(() => open(envelope));
    expect(refusal.reason).toBe('algorithm-unsupported');
    expect(refusal.text).toContain(unknown);
  });

  test.each([
    ['no CMS', Buffer.from('no CMS')],
    ['nothing', Buffer.alloc(0)],
    ['a signed message', forgePkiMessage()],
  ])('an envelope that is %s by message-check', (_, envelope) => {
    expect(refusalOf(() => open(envelope)).reason).toBe('message-check');
  });
});
