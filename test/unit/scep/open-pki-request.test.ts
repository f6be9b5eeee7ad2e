import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derOid } from '../../../src/asn1/write-der.ts';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { createKeyTransport } from '../../../src/cms/key-transport.ts';
import { derivePasswordKey } from '../../../src/cms/password-recipient.ts';
import { sealEnvelopedData } from '../../../src/cms/seal-enveloped-data.ts';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import { findRecipient } from '../../../src/scep/find-recipient.ts';
import { openPasswordRequest, openPkiRequest } from '../../../src/scep/open-pki-request.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { verifyPkiRequest } from '../../../src/scep/verify-pki-request.ts';
import {
  forgePkiMessage,
  goldenCsr,
  goldenEnvelope,
} from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';
import { refusalOf } from '../../support/scep-messages/refusal-of.ts';

const device = goldenIdentity('renewing-device');
const { certificate, privateKey } = goldenIdentity('ra');
const ra = { certificate, privateKey, keyTransport: createKeyTransport(privateKey) };
const csr = goldenCsr(device);
const WITH_DES = { ...MODERN_ALGORITHMS, allowSingleDes: true };

/** Signs `envelope` again, as anyone can with a key of their own, and opens it. */
function open(envelope: Uint8Array, policy = WITH_DES) {
  const request = readPkiRequest(forgePkiMessage({ content: envelope }));
  const verified = verifyPkiRequest(request, policy);
  return openPkiRequest(verified, findRecipient(request, [ra]), policy);
}

describe('opens an envelope with', () => {
  it.each(['aes128', 'aes192', 'aes256', '3des', 'des'] as const)('%s', (name) => {
    const opened = open(goldenEnvelope(name, csr));
    expect(Buffer.from(opened.content)).toEqual(Buffer.from(csr));
    expect(opened.cipher.name).toBe(name);
  });
});

describe('refuses', () => {
  it('single DES unless the policy allows it', () => {
    const refusal = refusalOf(() => open(goldenEnvelope('des', csr), MODERN_ALGORITHMS));
    expect(refusal.reason).toBe('algorithm-not-allowed');
  });

  it.each([
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

  it.each([
    ['no CMS', Buffer.from('no CMS')],
    ['nothing', Buffer.alloc(0)],
    ['a signed message', forgePkiMessage()],
  ])('an envelope that is %s by message-check', (_, envelope) => {
    expect(refusalOf(() => open(envelope)).reason).toBe('message-check');
  });
});

describe('an envelope by password', () => {
  const PASSWORD = 'the challenge';
  const byPassword = async (cipher: 'aes128' | 'des' = 'aes128') => {
    const passwordKey = await derivePasswordKey(PASSWORD, randomBytes);
    return sealEnvelopedData(csr, { passwordKey }, contentCipher(cipher), randomBytes);
  };
  const openBy = (
    passwords: Iterable<string>,
    envelope: Uint8Array,
    policy = MODERN_ALGORITHMS,
  ) => {
    const verified = verifyPkiRequest(
      readPkiRequest(forgePkiMessage({ content: envelope })),
      policy,
    );
    return openPasswordRequest(verified, passwords, policy);
  };
  const reasonWhy = async (passwords: Iterable<string>, envelope: Uint8Array) => {
    const error: unknown = await openBy(passwords, envelope).catch((thrown: unknown) => thrown);
    return refusalOf(() => {
      throw error;
    });
  };

  it('opens and returns the password', async () => {
    const opened = await openBy(['another', PASSWORD], await byPassword());
    expect(Buffer.from(opened.content)).toEqual(Buffer.from(csr));
    expect(opened.password).toBe(PASSWORD);
    expect(opened.cipher.name).toBe('aes128');
  });

  it('does not open with our keys', async () => {
    const envelope = await byPassword();
    expect(refusalOf(() => open(envelope)).reason).toBe('recipient-unknown');
  });

  it('is refused by message-check with one text, whatever is wrong', async () => {
    const envelope = await byPassword();
    const changed = Buffer.from(envelope);
    // In CBC this flips the same bit of the last padding octet, so that the padding is always
    // invalid.
    changed[changed.length - 17] = (changed.at(-17) ?? 0) ^ 0x80;
    const texts = new Set<string>();
    for (const [passwords, bytes] of [
      [['wrong'], envelope],
      [[], envelope],
      [[PASSWORD], changed],
      [[PASSWORD], Buffer.from('no CMS')],
    ] as const) {
      const refusal = await reasonWhy(passwords, bytes);
      expect(refusal.reason).toBe('message-check');
      texts.add(refusal.text);
    }
    expect(texts.size).toBe(1);
  });

  it('is not for this connector when it has neither our key nor a password', async () => {
    const { reason } = await reasonWhy([PASSWORD], goldenEnvelope('aes128', csr));
    expect(reason).toBe('recipient-unknown');
  });

  it('must have a cipher that the policy accepts', async () => {
    const envelope = await byPassword('des');
    expect((await reasonWhy([PASSWORD], envelope)).reason).toBe('algorithm-not-allowed');
    expect((await openBy([PASSWORD], envelope, WITH_DES)).cipher.name).toBe('des');
  });

  it('is unsupported with an unknown derivation, before any password is requested', async () => {
    const envelope = Buffer.from(await byPassword());
    Buffer.from(derOid('1.2.840.113549.1.5.14')).copy(
      envelope,
      envelope.indexOf(Buffer.from(derOid(OID.pbkdf2))),
    );
    const never: Iterable<string> = {
      [Symbol.iterator]: () => {
        throw new Error('asked for a password');
      },
    };
    const refusal = await reasonWhy(never, envelope);
    expect(refusal.reason).toBe('algorithm-unsupported');
  });
});
