import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { type CipherName, contentCipher } from '../../../src/cms/content-ciphers.ts';
import {
  openPasswordEnvelope,
  openPasswordEnvelopeSync,
} from '../../../src/cms/open-password-envelope.ts';
import { parseEnvelopedData } from '../../../src/cms/parse-enveloped-data.ts';
import {
  deriveKeySync,
  type PasswordKeyDerivation,
} from '../../../src/cms/password-key-derivation.ts';
import { sealEnvelopedData } from '../../../src/cms/seal-enveloped-data.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const PASSWORD = '0a1b2c3d-4e5f-4678-9abc-def012345678';
const content = Buffer.from('a certification request, say');
const OPENSSL = { aes128: '-aes128', aes192: '-aes192', aes256: '-aes256', '3des': '-des3' };

const byOpenssl = (...more: string[]) =>
  parseEnvelopedData(
    runOpenssl(
      [...['cms', '-encrypt', '-binary', '-outform', 'DER', '-pwri_password', PASSWORD], ...more],
      content,
    ),
  );

/** One of our envelopes with a chosen derivation. */
function sealed(changes: Partial<PasswordKeyDerivation> = {}, name: CipherName = 'aes128') {
  const derivation = { salt: randomBytes(8), iterations: 10, prf: 'sha256', ...changes } as const;
  const passwordKey = { derivation, key: deriveKeySync(PASSWORD, derivation, 32) };
  return parseEnvelopedData(
    sealEnvelopedData(content, { passwordKey }, contentCipher(name), randomBytes),
  );
}

/** Passwords that count how many of them were requested. */
function counted(passwords: readonly string[]) {
  const taken: string[] = [];
  function* take() {
    for (const password of passwords) {
      taken.push(password);
      yield password;
    }
  }
  return { taken, passwords: take() };
}

const aes128 = contentCipher('aes128');
const wrong = (count: number) => Array.from({ length: count }, (_, i) => `wrong ${i}`);

describe.each(['aes128', 'aes192', 'aes256', '3des'] as const)(
  'an envelope of openssl with %s',
  (name) => {
    it('opens', async () => {
      const envelope = byOpenssl(OPENSSL[name]);
      const opened = await openPasswordEnvelope(envelope, contentCipher(name), [PASSWORD]);
      expect(opened).toEqual({ content, password: PASSWORD });
      expect(openPasswordEnvelopeSync(envelope, contentCipher(name), PASSWORD)).toEqual(content);
    });
  },
);

it('opens an envelope that is streamed and has a recipient by key transport too', async () => {
  const both = byOpenssl('-aes128', '-stream', goldenIdentity('ra').certificateFile);
  expect(both.recipients).toHaveLength(1);
  expect((await openPasswordEnvelope(both, aes128, [PASSWORD]))?.content).toEqual(content);
});

describe('passwords', () => {
  it('are tried in order until one fits', async () => {
    const { taken, passwords } = counted([...wrong(3), PASSWORD, 'never asked for']);
    const opened = await openPasswordEnvelope(sealed(), aes128, passwords);
    expect(opened?.password).toBe(PASSWORD);
    expect(taken).toHaveLength(4);
  });

  it('may come one by one from a store', async () => {
    async function* stored() {
      yield await Promise.resolve('wrong');
      yield await Promise.resolve(PASSWORD);
    }
    expect(await openPasswordEnvelope(sealed(), aes128, stored())).toBeDefined();
  });

  it('are not requested after the eighth', async () => {
    const { taken, passwords } = counted([...wrong(8), PASSWORD]);
    expect(await openPasswordEnvelope(sealed(), aes128, passwords)).toBeUndefined();
    expect(taken).toHaveLength(8);
  });

  it.each([
    [5_000, 8],
    [13_000, 3],
    [40_000, 1],
    [60_000, 0],
  ])('are tried only so often with %i iterations: %i', async (iterations, tried) => {
    const { taken, passwords } = counted(wrong(8));
    const envelope = sealed({ iterations });
    expect(await openPasswordEnvelope(envelope, aes128, passwords)).toBeUndefined();
    expect(taken).toHaveLength(tried);
  });

  it('are not requested when one would cost too much', async () => {
    // SHA-1 must be iterated twice for a key of 32 octets.
    const { taken, passwords } = counted([PASSWORD]);
    const envelope = sealed({ iterations: 30_001, prf: 'sha1' });
    expect(await openPasswordEnvelope(envelope, aes128, passwords)).toBeUndefined();
    expect(taken).toEqual([]);
  });

  it('are not requested when the derivation is out of bounds or absent', async () => {
    const { taken, passwords } = counted([PASSWORD]);
    const excessive = sealed({ iterations: 100_001 });
    await expect(openPasswordEnvelope(excessive, aes128, passwords)).rejects.toThrow(DecodeError);
    const none = { ...sealed(), passwordRecipients: [] };
    expect(await openPasswordEnvelope(none, aes128, passwords)).toBeUndefined();
    expect(openPasswordEnvelopeSync(none, aes128, PASSWORD)).toBeUndefined();
    expect(taken).toEqual([]);
  });

  it('never open an envelope when wrong, although one in 256 leaves a valid padding', async () => {
    const envelope = sealed({ iterations: 1 });
    for (let i = 0; i < 100; i += 1) {
      const passwords = Array.from({ length: 8 }, (_, j) => `wrong ${i} ${j}`);
      expect(await openPasswordEnvelope(envelope, aes128, passwords)).toBeUndefined();
    }
  });
});

it('does not open an envelope with a changed key or ciphertext, and does not throw', async () => {
  const envelope = sealed();
  const [recipient] = envelope.passwordRecipients;
  if (recipient === undefined) throw new Error('no recipient');
  const flipped = (bytes: Uint8Array, at: number) =>
    Buffer.from(bytes).map((octet, i) => (i === at ? octet ^ 1 : octet));
  const { encryptedKey } = recipient;
  for (let at = 0; at < encryptedKey.length; at += 1) {
    const changed = { ...recipient, encryptedKey: flipped(encryptedKey, at) };
    const opened = await openPasswordEnvelope(
      { ...envelope, passwordRecipients: [changed] },
      aes128,
      [PASSWORD],
    );
    expect(Buffer.from(opened?.content ?? []).equals(content)).toBe(opened !== undefined);
  }
  for (const encryptedContent of [new Uint8Array(), envelope.encryptedContent.subarray(1)]) {
    const changed = { ...envelope, encryptedContent };
    expect(await openPasswordEnvelope(changed, aes128, [PASSWORD])).toBeUndefined();
  }
  for (const length of [0, 16, 31, 33]) {
    const changed = { ...recipient, encryptedKey: randomBytes(length) };
    const short = { ...envelope, passwordRecipients: [changed] };
    expect(await openPasswordEnvelope(short, aes128, [PASSWORD])).toBeUndefined();
  }
});
