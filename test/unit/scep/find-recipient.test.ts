import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { createKeyTransport } from '../../../src/cms/key-transport.ts';
import { sealEnvelopedData } from '../../../src/cms/seal-enveloped-data.ts';
import { findRecipient } from '../../../src/scep/find-recipient.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { forgePkiMessage } from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const recipientOf = (name: 'ra' | 'foreign-ra') => {
  const { certificate, privateKey, publicKey } = goldenIdentity(name);
  return { name, certificate, privateKey, publicKey, keyTransport: createKeyTransport(privateKey) };
};
const ra = recipientOf('ra');
const foreign = recipientOf('foreign-ra');

const requestWith = (content: Uint8Array | null) => readPkiRequest(forgePkiMessage({ content }));
const sealedTo = (recipient: typeof ra) =>
  requestWith(sealEnvelopedData(Buffer.from('x'), recipient, contentCipher('aes128'), randomBytes));

describe('findRecipient', () => {
  it('finds the generation that the envelope is for, in any order', () => {
    expect(findRecipient(sealedTo(ra), [ra, foreign])?.recipient.name).toBe('ra');
    expect(findRecipient(sealedTo(ra), [foreign, ra])?.recipient.name).toBe('ra');
    expect(findRecipient(sealedTo(foreign), [ra, foreign])?.recipient.name).toBe('foreign-ra');
  });

  it('returns the matching RecipientInfo out of several', () => {
    const files = ['foreign-ra', 'ra'] as const;
    const envelope = runOpenssl(
      [
        ...['cms', '-encrypt', '-binary', '-outform', 'DER', '-aes128'],
        ...files.map((name) => goldenIdentity(name).certificateFile),
      ],
      Buffer.from('x'),
    );
    for (const [recipient, file] of [
      [foreign, 'foreign-ra'],
      [ra, 'ra'],
    ] as const) {
      const found = findRecipient(requestWith(envelope), [recipient]);
      const { serialNumber } = goldenIdentity(file).certificate;
      expect(found?.recipientInfo.id).toMatchObject({ serialNumber: Buffer.from(serialNumber) });
    }
  });

  it('returns our first identity when the envelope is for both', () => {
    const envelope = runOpenssl(
      [
        ...['cms', '-encrypt', '-binary', '-outform', 'DER', '-aes128'],
        ...[goldenIdentity('foreign-ra').certificateFile, goldenIdentity('ra').certificateFile],
      ],
      Buffer.from('x'),
    );
    expect(findRecipient(requestWith(envelope), [ra, foreign])?.recipient.name).toBe('ra');
  });

  it('is undefined for another recipient, without identities, and without an envelope', () => {
    expect(findRecipient(sealedTo(foreign), [ra])).toBeUndefined();
    expect(findRecipient(sealedTo(ra), [])).toBeUndefined();
    expect(findRecipient(requestWith(null), [ra])).toBeUndefined();
    expect(findRecipient(requestWith(Buffer.alloc(0)), [ra])).toBeUndefined();
    expect(findRecipient(requestWith(Buffer.from('no CMS')), [ra])).toBeUndefined();
    expect(findRecipient(requestWith(forgePkiMessage()), [ra])).toBeUndefined();
  });
});
