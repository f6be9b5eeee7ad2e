import { describe, expect, it } from 'vitest';
import { createDecodedTexts } from '../../../src/store/decoded-texts.ts';

describe('createDecodedTexts', () => {
  it('returns the very value that was remembered for a text', () => {
    const texts = createDecodedTexts<{ readonly name: string }>();
    const value = { name: 'phone' };
    texts.remember('{"name":"phone"}', value);
    expect(texts.get('{"name":"phone"}')).toBe(value);
    expect(texts.get('{"name":"laptop"}')).toBeUndefined();
  });

  it('freezes the value with all that it holds, but not octets', () => {
    const texts = createDecodedTexts<{ tags: { a: string }; list: number[]; key: Uint8Array }>();
    const value = { tags: { a: '1' }, list: [1], key: Uint8Array.of(1) };
    texts.remember('text', value);
    expect([value, value.tags, value.list].every(Object.isFrozen)).toBe(true);
    expect(() => value.list.push(2)).toThrow(TypeError);
    expect(Object.isFrozen(value.key)).toBe(false);
  });

  it('forgets the texts that were not used for longest, beyond its characters', () => {
    const texts = createDecodedTexts<{ readonly n: number }>(20);
    for (const n of [1, 2, 3, 4]) texts.remember(`text${n}`, { n });
    expect(texts.get('text1')).toEqual({ n: 1 });
    texts.remember('text5', { n: 5 });
    expect(texts.get('text2')).toBeUndefined();
    expect(texts.get('text1')).toEqual({ n: 1 });
    expect(texts.get('text5')).toEqual({ n: 5 });
  });

  it('counts a text that is remembered twice once, and keeps none that is too long', () => {
    const texts = createDecodedTexts<{ readonly n: number }>(12);
    for (let time = 0; time < 5; time += 1) texts.remember('text1', { n: 1 });
    texts.remember('text2', { n: 2 });
    texts.remember('a text of more than twelve characters', { n: 3 });
    expect(texts.get('text1')).toEqual({ n: 1 });
    expect(texts.get('text2')).toEqual({ n: 2 });
    expect(texts.get('a text of more than twelve characters')).toBeUndefined();
  });
});
