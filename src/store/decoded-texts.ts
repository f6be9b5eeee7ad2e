/** What the texts that were read last decode to. */
export interface DecodedTexts<T> {
  /** The value of the text, deeply frozen: everyone who reads the record shares it. */
  get(text: string): T | undefined;
  remember(text: string, value: T): void;
}

/** 4 MiB at most, and about as much again for the values. */
const MAX_CHARACTERS = 2 ** 21;

/**
 * Keeps the decoded values of the texts that were used last, up to `maxCharacters` of text in all.
 * A text always decodes to the same value, so no entry is ever out of date: a record that has
 * changed has another text.
 */
export function createDecodedTexts<T>(maxCharacters = MAX_CHARACTERS): DecodedTexts<T> {
  // In the order of their last use.
  const values = new Map<string, T>();
  let characters = 0;
  const forgetOldest = () => {
    const [oldest = ''] = values.keys();
    values.delete(oldest);
    characters -= oldest.length;
  };
  return {
    get(text) {
      const value = values.get(text);
      if (value === undefined) return undefined;
      values.delete(text);
      values.set(text, value);
      return value;
    },
    remember(text, value) {
      if (values.has(text) || text.length > maxCharacters) return;
      values.set(text, deepFreeze(value));
      characters += text.length;
      while (characters > maxCharacters) forgetOldest();
    },
  };
}

/** Octets cannot be frozen. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
