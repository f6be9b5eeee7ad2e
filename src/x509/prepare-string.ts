const PRINTABLE_ASCII = /^[ -~]*$/;
const SEPARATORS = /[\t-\r\u0085\p{Z}]/gu;
/** RFC 4518 lists those of Unicode 3.2. Later invisible characters are treated alike. */
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u06DD\u070F\u1806\uFFF9-\uFFFC]/gu;
const PROHIBITED = /[\p{Noncharacter_Code_Point}\p{Co}\p{Cs}\uFFFD]/u;

/**
 * String preparation of RFC 4518 for caseIgnoreMatch, as RFC 5280 section 7.1 asks for values of
 * names: equal results mean that the values match. Undefined when a character is prohibited
 * (section 2.4): then the value matches nothing but itself. Characters that Unicode has not
 * assigned are allowed, because the rule means those of 2002.
 */
export function prepareString(text: string): string | undefined {
  if (PRINTABLE_ASCII.test(text)) return withoutNeedlessSpaces(text.toLowerCase());
  const mapped = text.replace(SEPARATORS, ' ').replace(INVISIBLE, '');
  const folded = foldCase(mapped.normalize('NFKC')).normalize('NFKC');
  return PROHIBITED.test(folded) ? undefined : withoutNeedlessSpaces(folded);
}

/** Unicode's full case folding: upper case and back, except for the dotless i. */
function foldCase(text: string): string {
  return text.replace(/[^ı]+/g, (part) => part.toLowerCase().toUpperCase().toLowerCase());
}

/** Section 2.6.1. A space that carries a combining mark is not a space. */
function withoutNeedlessSpaces(text: string): string {
  return text
    .replace(/ +(?!\p{M})/gu, ' ')
    .replace(/^ (?!\p{M})/u, '')
    .replace(/ $/, '');
}
