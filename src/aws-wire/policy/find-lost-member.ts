const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/** Parsers of objects, such as zod, skip this name in order not to change the prototype. */
const PROTOTYPE = '__proto__';

/**
 * The name of a member that would be lost silently when `json` is read: a repeated name in an
 * object, of which JSON.parse keeps only the last value, or the name of the prototype. Undefined
 * when there is none.
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
