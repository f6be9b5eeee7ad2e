/** Characters that make a name look like another on a screen or in a log. */
const OBJECTIONS: readonly (readonly [pattern: RegExp, objection: string])[] = [
  [/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u, 'holds a control character'],
  [/\p{Default_Ignorable_Code_Point}/u, 'holds an invisible character'],
  [/\p{Noncharacter_Code_Point}/u, 'holds a code point that is no character'],
  // Braille without dots looks like a space too.
  [/[^\P{Zs} ]|\u2800/u, 'holds a space other than U+0020'],
  [/^ | $/, 'begins or ends with a space'],
  [/\{\{|\}\}/, 'holds a variable of a profile that has not been replaced'],
];

/**
 * What is wrong with the text of a name, whatever its kind, or undefined: readers would take it for
 * another name, or it is not a name yet.
 */
export function objectionToText(text: string): string | undefined {
  if (text.trim() === '') return 'is empty';
  return OBJECTIONS.find(([pattern]) => pattern.test(text))?.[1];
}
