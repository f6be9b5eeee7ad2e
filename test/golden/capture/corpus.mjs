// The location of the corpus, and a function that writes a case.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const GOLDEN = path.resolve(import.meta.dirname, '..');
export const KEYS = path.join(GOLDEN, 'keys');
const CASES = path.join(GOLDEN, 'scep');

/**
 * Writes scep/<client>/<name>.der (a POST body) or .url (the request target of a GET) and its
 * .expect.json. `expectation` has every field of the schema in test/golden/README.md except
 * `client`.
 */
export function writeCase(client, name, message, expectation) {
  const base = path.join(CASES, client, name);
  mkdirSync(path.dirname(base), { recursive: true });
  if (typeof message === 'string') writeFileSync(`${base}.url`, `${message}\n`);
  else writeFileSync(`${base}.der`, message);
  writeFileSync(`${base}.expect.json`, `${JSON.stringify({ client, ...expectation }, null, 2)}\n`);
}

/** The message of a GET: either base64 alphabet, with line breaks and without padding. */
export function messageOfTarget(target) {
  const message = /[?&]message=([^&]*)/.exec(target)?.[1] ?? '';
  const base64 = decodeURIComponent(message)
    .replace(/[\r\n\t]/g, '')
    .replace(/ /g, '+');
  return Buffer.from(base64, 'base64');
}
