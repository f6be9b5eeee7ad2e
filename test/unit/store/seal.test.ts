import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer, SealError } from '../../../src/store/seal.ts';

const MASTER_KEY = Buffer.alloc(32, 7);
const sealer = createSealer(MASTER_KEY);
const SECRET = Buffer.from('a challenge password');
const CONTEXT = 'connector/1/challenge/2';

describe('createSealer', () => {
  it.each([0, 16, 31, 33])('refuses a master key of %d bytes', (length) => {
    expect(() => createSealer(new Uint8Array(length))).toThrow(RangeError);
  });
});

describe('seal and open', () => {
  it('give back any bytes under the same context, also in another process with the key', () => {
    const elsewhere = createSealer(Uint8Array.from(MASTER_KEY));
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (plaintext, context) => {
        expect(elsewhere.open(sealer.seal(plaintext, context), context)).toEqual(plaintext);
      }),
    );
  });

  it('opens what the first release sealed', () => {
    const sealed =
      'v1.6b040f2d8f786450.fG191XvcXDjsYGHEIPl9pcmgkuWhcli8ymQIpPFH3lu7HM1G_Ii-gt7cxgBobUZM';
    expect(Buffer.from(sealer.open(sealed, CONTEXT)).toString()).toBe('a challenge password');
  });

  it('seals the same plaintext differently each time, under a header of version and key', () => {
    const first = sealer.seal(SECRET, CONTEXT);
    const second = sealer.seal(SECRET, CONTEXT);
    const [version, keyId, body] = first.split('.');
    expect(version).toBe('v1');
    expect(second.split('.').slice(0, 2)).toEqual([version, keyId]);
    expect(second.split('.')[2]).not.toBe(body);
    const otherKeyId = createSealer(randomBytes(32)).seal(SECRET, CONTEXT).split('.')[1];
    expect(otherKeyId).not.toBe(keyId);
  });

  const message = (open: () => unknown) => {
    expect(open).toThrow(SealError);
    try {
      return open();
    } catch (error) {
      return (error as SealError).message;
    }
  };

  it('refuses another context, another key and any altered text with one message', () => {
    const sealed = sealer.seal(SECRET, CONTEXT);
    const messages = new Set([
      message(() => sealer.open(sealed, 'connector/1/challenge/3')),
      message(() => sealer.open(sealed, '')),
      message(() => createSealer(randomBytes(32)).open(sealed, CONTEXT)),
      ...Array.from({ length: sealed.length }, (_, i) =>
        message(() => sealer.open(sealed.slice(0, i) + alter(sealed, i), CONTEXT)),
      ),
      ...Array.from({ length: sealed.length }, (_, i) =>
        message(() => sealer.open(sealed.slice(0, i), CONTEXT)),
      ),
      message(() => sealer.open(`${sealed}A`, CONTEXT)),
      message(() => sealer.open(`${sealed}\n`, CONTEXT)),
    ]);
    expect(messages.size).toBe(1);
  });

  it('throws only SealError for any text', () => {
    const header = sealer.seal(SECRET, CONTEXT).slice(0, 20);
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String().map((body) => header + body),
    );
    fc.assert(
      fc.property(text, (sealed) => {
        expect(() => sealer.open(sealed, CONTEXT)).toThrow(SealError);
      }),
    );
  });
});

describe('digest', () => {
  it('is the same for the same value, context and key, and for nothing else', () => {
    const digests = [
      sealer.digest('value', 'context'),
      sealer.digest('value', 'contex'),
      sealer.digest('tvalue', 'contex'),
      sealer.digest('value ', 'context'),
      createSealer(randomBytes(32)).digest('value', 'context'),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(createSealer(MASTER_KEY).digest('value', 'context')).toBe(digests[0]);
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

/** The rest of the text from `i` on, with its first character changed to another one of base64url. */
function alter(text: string, i: number): string {
  return (text[i] === 'A' ? 'B' : 'A') + text.slice(i + 1);
}
