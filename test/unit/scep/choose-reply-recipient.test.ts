import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { openPasswordEnvelope } from '../../../src/cms/open-password-envelope.ts';
import { parseEnvelopedData } from '../../../src/cms/parse-enveloped-data.ts';
import { sealEnvelopedData } from '../../../src/cms/seal-enveloped-data.ts';
import { chooseReplyRecipient } from '../../../src/scep/choose-reply-recipient.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { Refusal } from '../../../src/scep/refusal.ts';
import type { VerifiedRequest } from '../../../src/scep/verify-pki-request.ts';
import { forgePkiMessage } from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const { certificate, publicKey } = goldenIdentity('renewing-device');
const byRsa: VerifiedRequest = {
  request: readPkiRequest(forgePkiMessage()),
  signerCertificate: certificate,
  signerKey: publicKey,
  replyBy: 'key-transport',
  digest: 'sha256',
};
const byEc: VerifiedRequest = {
  ...byRsa,
  signerKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
  replyBy: 'password',
};

it('encrypts the reply to an RSA key, with or without a challenge', async () => {
  for (const challenge of [undefined, 'challenge']) {
    const recipient = await chooseReplyRecipient(byRsa, challenge, randomBytes);
    expect(recipient).toEqual({ certificate, publicKey });
  }
});

it('encrypts the reply by the challenge password for another key', async () => {
  const recipient = await chooseReplyRecipient(byEc, 'challenge', randomBytes);
  const cipher = contentCipher('aes128');
  const envelope = sealEnvelopedData(Buffer.from('reply'), recipient, cipher, randomBytes);
  const opened = await openPasswordEnvelope(parseEnvelopedData(envelope), cipher, ['challenge']);
  expect(opened?.content).toEqual(Buffer.from('reply'));
});

it('refuses another key without a challenge password', async () => {
  const chosen = chooseReplyRecipient(byEc, undefined, randomBytes);
  await expect(chosen).rejects.toThrow(Refusal);
  await expect(chosen).rejects.toMatchObject({ reason: 'signer-key-unsupported' });
});
