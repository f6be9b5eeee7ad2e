import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer, SealError, sealedText } from '../../../src/store/seal.ts';

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
  it('return any bytes under the same context, even in another process with the key', () => {
    const elsewhere = createSealer(Uint8Array.from(MASTER_KEY));
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (plaintext, context) => {
        expect(elsewhere.open(sealer.seal(plaintext, context), context)).toEqual(plaintext);
      }),
    );
  });

  it('opens a value that an earlier run sealed', () => {
    const sealed = sealedText.parse(
      'v1.6b040f2d8f786450.fG191XvcXDjsYGHEIPl9pcmgkuWhcli8ymQIpPFH3lu7HM1G_Ii-gt7cxgBobUZM',
    );
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

  const open = (text: string) => sealer.open(sealedText.parse(text), CONTEXT);

  const message = (attempt: () => unknown) => {
    expect(attempt).toThrow(SealError);
    try {
      return attempt();
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
        message(() => open(sealed.slice(0, i) + alter(sealed, i))),
      ),
      ...Array.from({ length: sealed.length }, (_, i) => message(() => open(sealed.slice(0, i)))),
      message(() => open(`${sealed}A`)),
      message(() => open(`${sealed}\n`)),
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
        expect(() => open(sealed)).toThrow(SealError);
      }),
    );
  });
});

describe('digests', () => {
  it('are the same for the same value, context and key, and for nothing else', () => {
    const digests = [
      sealer.digests('value', 'context'),
      sealer.digests('value', 'contex'),
      sealer.digests('tvalue', 'contex'),
      sealer.digests('value ', 'context'),
      createSealer(randomBytes(32)).digests('value', 'context'),
    ].flat();
    expect(new Set(digests).size).toBe(5);
    expect(createSealer(MASTER_KEY).digests('value', 'context')).toEqual([digests[0]]);
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('with two master keys', () => {
  const OTHER_KEY = Buffer.alloc(32, 8);
  const other = createSealer(OTHER_KEY);
  const both = createSealer(MASTER_KEY, OTHER_KEY);
  const swapped = createSealer(OTHER_KEY, MASTER_KEY);

  it('refuses two equal keys', () => {
    expect(() => createSealer(MASTER_KEY, Uint8Array.from(MASTER_KEY))).toThrow(RangeError);
  });

  it('opens values of both keys and seals under the first', () => {
    for (const by of [sealer, other, both, swapped]) {
      expect(both.open(by.seal(SECRET, CONTEXT), CONTEXT)).toEqual(Uint8Array.from(SECRET));
    }
    expect(sealer.open(both.seal(SECRET, CONTEXT), CONTEXT)).toEqual(Uint8Array.from(SECRET));
    expect(() => other.open(both.seal(SECRET, CONTEXT), CONTEXT)).toThrow(SealError);
    expect(() => both.open(other.seal(SECRET, CONTEXT), '')).toThrow(SealError);
    const third = createSealer(randomBytes(32)).seal(SECRET, CONTEXT);
    expect(() => both.open(third, CONTEXT)).toThrow(SealError);
  });

  it('tells whether the first key sealed a value', () => {
    expect(both.isCurrent(sealer.seal(SECRET, CONTEXT))).toBe(true);
    expect(both.isCurrent(other.seal(SECRET, CONTEXT))).toBe(false);
  });

  it('digests under both, the first key first', () => {
    const [first] = sealer.digests('value', CONTEXT);
    const [second] = other.digests('value', CONTEXT);
    expect(both.digests('value', CONTEXT)).toEqual([first, second]);
    expect(swapped.digests('value', CONTEXT)).toEqual([second, first]);
  });
});

/**
 * The rest of the text from `i` on, with its first character changed to another one of base64url.
 */
function alter(text: string, i: number): string {
  return (text[i] === 'A' ? 'B' : 'A') + text.slice(i + 1);
}
