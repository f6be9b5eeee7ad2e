import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../../config/usage-error.ts';

/** @throws UsageError when the file cannot be read. */
export async function readInput(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${codeOf(error)}`);
  }
}

/** Whether the file exists. @throws UsageError when that cannot be determined */
export async function exists(file: string): Promise<boolean> {
  return (await existingContent(file)) !== undefined;
}

export interface WriteOptions {
  /** Replace an existing file. A file with the same content is accepted without it. */
  readonly force: boolean;
  /** Readable only by the owner. */
  readonly secret?: boolean;
}

/**
 * Writes a text and flushes it to the disk, so that a private key is safe before its request is
 * sent. If two commands write the same file at once, one fails.
 * @throws UsageError when the file exists with other content, or cannot be written
 */
export async function writeOutput(
  file: string,
  text: string,
  { force, secret = false }: WriteOptions,
): Promise<void> {
  const existing = force ? undefined : await existingContent(file);
  if (existing === text) return;
  if (existing !== undefined) {
    throw new UsageError(`${file} exists already. Use --force to replace it, or another --out`);
  }
  try {
    await mkdir(dirname(file), { recursive: true });
    const target = force ? `${file}.${randomUUID()}.tmp` : file;
    await writeNew(target, text, secret ? 0o600 : 0o644);
    if (force) await moveOver(target, file);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${codeOf(error)}`);
  }
}

async function writeNew(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function moveOver(temporary: string, file: string): Promise<void> {
  try {
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Removes the files that are named. @throws UsageError when one cannot be removed */
export async function removeFiles(files: readonly (string | undefined)[]): Promise<void> {
  for (const file of files) {
    if (file === undefined) continue;
    await rm(file, { force: true }).catch((error: unknown) => {
      throw new UsageError(`cannot remove ${file}: ${codeOf(error)}`);
    });
  }
}

async function existingContent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new UsageError(`cannot read ${file}: ${codeOf(error)}`);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** The first line of a file. @throws UsageError when it is empty */
export async function readPassphrase(file: string): Promise<string> {
  const [line = ''] = (await readInput(file)).toString('utf8').split(/\r?\n/, 1);
  if (line === '') throw new UsageError(`${file} is empty; it must hold the passphrase`);
  return line;
}
