import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { enrolFiles } from '../../../../src/cli/device/enrol-files.ts';
import { exists, readInput, writeOutput } from '../../../../src/cli/terminal/files.ts';
import { UsageError } from '../../../../src/config/usage-error.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

it('puts the files into --out, unless an option names them', () => {
  expect(enrolFiles({ out: 'd' })).toEqual({
    ...{ key: 'd/key.pem', request: 'd/request.csr', certificate: 'd/certificate.pem' },
    ...{ chain: 'd/chain.pem', ca: 'd/ca.pem' },
  });
  expect(enrolFiles({ out: 'd', keyOut: 'k', certificateOut: 'c', chainOut: 'n' })).toMatchObject({
    ...{ key: 'k', certificate: 'c', chain: 'n' },
  });
  expect(enrolFiles({ out: 'd', key: 'mine', csr: 'mine.csr' })).toMatchObject({
    ...{ key: undefined, request: undefined },
  });
});

it('makes the directory, and writes a secret that only its owner can read', async () => {
  const file = path.join(tempDirectory(), 'a/b/key.pem');
  await writeOutput(file, 'text', { force: false, secret: true });
  expect(readFileSync(file, 'utf8')).toBe('text');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(path.dirname(file))).toEqual(['key.pem']);
});

it('keeps an existing file unless the content is the same or force is set', async () => {
  const file = path.join(tempDirectory(), 'key.pem');
  writeFileSync(file, 'old');
  chmodSync(file, 0o644);
  await writeOutput(file, 'old', { force: false });
  await expect(writeOutput(file, 'new', { force: false })).rejects.toThrow(/exists already/);
  expect(readFileSync(file, 'utf8')).toBe('old');
  await writeOutput(file, 'new', { force: true, secret: true });
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('lets only one of two simultaneous commands write a file', async () => {
  const file = path.join(tempDirectory(), 'key.pem');
  const attempts = ['one', 'two'].map((text) => writeOutput(file, text, { force: false }));
  const outcomes = (await Promise.allSettled(attempts)).map(({ status }) => status);
  expect(outcomes.toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(readFileSync(file, 'utf8')).toBe(outcomes[0] === 'fulfilled' ? 'one' : 'two');
});

it('reports in one line which file cannot be read or written', async () => {
  const directory = tempDirectory();
  mkdirSync(path.join(directory, 'd'));
  writeFileSync(path.join(directory, 'f'), '');
  for (const attempt of [
    () => readInput(path.join(directory, 'missing')),
    () => readInput(path.join(directory, 'd')),
    () => exists(path.join(directory, 'f/x')),
    () => writeOutput(path.join(directory, 'f/x'), '', { force: true }),
    () => writeOutput(path.join(directory, 'd'), '', { force: true }),
  ]) {
    await expect(attempt()).rejects.toThrow(UsageError);
    await expect(attempt()).rejects.toThrow(/^cannot (read|write) [^\n]*: E[A-Z]+$/);
  }
  expect(readdirSync(directory).toSorted()).toEqual(['d', 'f']);
});
