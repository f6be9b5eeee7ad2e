import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import type { Credential } from '../aws-wire/credential.ts';
import { warningOfMode } from './exposed-files.ts';
import { parseCredential } from './parse-credential.ts';
import { UsageError } from './usage-error.ts';

export interface CredentialsFile {
  /** By access key id. */
  readonly credentials: ReadonlyMap<string, Credential>;
  /** Lines for the log. */
  readonly warnings: readonly string[];
}

/**
 * Reads a list of credentials in YAML or JSON (docs/credentials.md).
 * @throws UsageError with a line for each mistake; no line shows what is in the file
 */
export async function loadCredentialsFile(file: string): Promise<CredentialsFile> {
  const { text, warning } = await read(file);
  const credentials = new Map<string, Credential>();
  const mistakes: string[] = [];
  for (const [index, entry] of parseList(file, text).entries()) {
    const place = `${file}: credential ${index + 1}`;
    const parsed = parseCredential(entry);
    if (!('accessKeyId' in parsed)) {
      mistakes.push(
        ...parsed.map(({ member, problem }) => [place, member, problem].filter(Boolean).join(' ')),
      );
    } else if (credentials.has(parsed.accessKeyId)) {
      mistakes.push(`${place} accessKeyId is that of an earlier one`);
    } else {
      credentials.set(parsed.accessKeyId, parsed);
    }
  }
  if (mistakes.length > 0) throw new UsageError(mistakes.join('\n'));
  return { credentials, warnings: warning === undefined ? [] : [warning] };
}

async function read(file: string) {
  try {
    return { warning: await warningOfMode(file), text: await readFile(file, 'utf8') };
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file} cannot be read (${code})`);
  }
}

/**
 * Scalars stay text, so that an account id keeps its zeros. The parser's own messages are not
 * shown, because they quote the file.
 */
function parseList(file: string, text: string): readonly unknown[] {
  const lines = new LineCounter();
  const options = { schema: 'failsafe', lineCounter: lines, prettyErrors: false } as const;
  const document = parseDocument(text, options);
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw new UsageError(`${file} line ${line} is neither YAML nor JSON (${error.code})`);
  }
  const list = toValue(file, document);
  if (Array.isArray(list)) return list;
  throw new UsageError(`${file} does not hold a list of credentials`);
}

/** Fails if an alias is used more often than the parser allows, or refers to nothing. */
function toValue(file: string, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch {
    throw new UsageError(`${file} has aliases that cannot be followed; write them out`);
  }
}
