import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeGetMessage } from '../../../src/scep/decode-get-message.ts';
import { parseScepQuery } from '../../../src/scep/parse-scep-query.ts';

const CORPUS = path.resolve(import.meta.dirname, '../../golden/scep');

/** The pkiMessages of the golden corpus, good and bad, by file name. */
export function goldenRequests(): readonly (readonly [file: string, message: Uint8Array])[] {
  return readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.der') || file.endsWith('.url'))
    .toSorted()
    .map((file) => [file, messageIn(path.join(CORPUS, file))]);
}

function messageIn(file: string): Uint8Array {
  const stored = readFileSync(file);
  if (file.endsWith('.der')) return stored;
  return decodeGetMessage(parseScepQuery(stored.toString('latin1').trim()).message ?? '');
}
