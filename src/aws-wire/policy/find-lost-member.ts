const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/** Readers of objects, zod among them, pass over this name so as not to touch the prototype. */
const PROTOTYPE = '__proto__';

/**
 * The name of a member that would be lost without a word when `json` is read: one that stands twice in its object, of which
 * JSON.parse drops the first, or the name of the prototype. Undefined when there is none.
 * @param json well-formed
 */
export function findLostMember(json: string): string | undefined {
  const objects: Set<string>[] = [];
  let last = '';
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') objects.push(new Set([PROTOTYPE]));
    if (token === '}' || token === ']') objects.pop();
    if (token === ':') {
      const name = JSON.parse(last) as string;
      if (objects.at(-1)?.has(name)) return name;
      objects.at(-1)?.add(name);
    }
    last = token;
  }
  return undefined;
}
