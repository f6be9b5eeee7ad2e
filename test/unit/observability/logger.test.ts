import { expect, it } from 'vitest';
import { createLogger } from '../../../src/observability/logger.ts';

it.each([
  ['a C1 control', '\u009b31m'],
  ['DEL', '\u007f'],
  ['a bidi override', '\u202egnp.exe\u202c'],
  ['a bidi isolate', '\u2066abc\u2069'],
  ['a line separator', 'one\u2028two'],
  ['a paragraph separator', 'one\u2029two'],
  ['a zero-width space', 'a\u200bb'],
  ['a byte order mark', '\ufeffa'],
  ['a tag beyond 16 bits', '\u{e0041}'],
  ['a variation selector', 'a\ufe0f'],
])('escapes %s in values, names and the message', (_name, text) => {
  const lines: string[] = [];
  createLogger('info', { write: (line) => lines.push(line) }).info({ text, [text]: 1 }, text);
  const [line = ''] = lines;
  expect(line).toMatch(/^[ -~]*\n$/);
  expect(JSON.parse(line)).toMatchObject({ text, [text]: 1, msg: text });
});

it('leaves letters of every script as they are', () => {
  const lines: string[] = [];
  const text = 'Größe 名前 имя שם 😀';
  createLogger('info', { write: (line) => lines.push(line) }).info({ text });
  expect(lines[0]).toContain(text);
});
