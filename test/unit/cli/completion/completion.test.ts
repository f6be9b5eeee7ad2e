import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerCaCommand } from '../../../../src/cli/ca/ca.ts';
import { registerClientCommands } from '../../../../src/cli/client-commands.ts';
import { registerCompletionCommand } from '../../../../src/cli/completion/completion.ts';
import { registerAdminCommands } from '../../../../src/cli/connector/admin-commands.ts';
import { requireClient } from '../../../support/clients/require-client.ts';
import { runOrThrow } from '../../../support/clients/run-command.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

/** Returns the words that a shell offers to complete the last word of a line. */
type Complete = (words: readonly string[]) => Promise<readonly string[]>;

async function scriptFor(shell: string): Promise<string> {
  const program = new Command('scep-connector')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  let printed = '';
  registerAdminCommands(program);
  const nothing = () => Promise.resolve();
  registerCaCommand(program, { importCa: nothing, exportCa: nothing });
  registerClientCommands(program);
  registerCompletionCommand(program, (text) => {
    printed += text;
  });
  await program.parseAsync(['completion', shell], { from: 'user' });
  const file = path.join(tempDirectory(), `completion.${shell}`);
  writeFileSync(file, printed);
  return file;
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

const inBash: Complete = async (words) => {
  const program = `source "$0"
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _scep_connector
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await runOrThrow('bash', [
    ...['--norc', '-uc', program, await scriptFor('bash')],
    ...words,
  ]);
  expect(stderr).toBe('');
  return lines(stdout);
};

/** zsh has its completion functions only in its line editor; the script defines replacements. */
const inZsh: Complete = async (words) => {
  const program = `compdef() { }
    _describe() { print -l -- "\${(@P)2}" }
    _files() { print -- FILES }
    compadd() { print -l -- "\${@[2,-1]}" }
    source "$0"
    words=("$@") CURRENT=$#
    _scep-connector`;
  const { stdout, stderr } = await runOrThrow('zsh', [
    ...['-f', '-c', program, await scriptFor('zsh')],
    ...words,
  ]);
  expect(stderr).toBe('');
  const current = words.at(-1) ?? '';
  return lines(stdout)
    .map((line) => line.split(':')[0] ?? '')
    .filter((word) => word === 'FILES' || word.startsWith(current));
};

const inFish: Complete = async (words) => {
  const program = `source $argv[1]; complete -C "$argv[2..-1]"`;
  const { stdout, stderr } = await runOrThrow(
    'fish',
    ['--no-config', '-c', program, await scriptFor('fish'), ...words],
    { cwd: tempDirectory() },
  );
  expect(stderr).toBe('');
  return lines(stdout).map((line) => line.split('\t')[0] ?? '');
};

describe.each([
  ['bash', inBash],
  ['zsh', inZsh],
  ['fish', inFish],
])('%s', (shell, complete) => {
  const installed = requireClient(shell, [shell]);
  let offers: (line: string) => Promise<readonly string[]>;

  beforeAll(() => {
    offers = async (line) => (await complete(`scep-connector ${line}`.split(' '))).toSorted();
  });

  it.runIf(installed)('completes commands', async () => {
    expect(await offers('con')).toEqual(['connector']);
    expect(await offers('')).toEqual(
      expect.arrayContaining(['connector', 'challenge', 'tags', 'enrol', 'completion']),
    );
    expect(await offers('connector c')).toEqual(['create']);
    expect(await offers('challenge p')).toEqual(['password']);
  });

  it.runIf(installed)('completes the options of the command after other options', async () => {
    expect(await offers('connector create --c')).toEqual(['--ca-arn', '--client-token']);
    expect(await offers('connector delete --region x --y')).toEqual(['--yes']);
    expect(await offers('enroll --ext')).toEqual(['--extended-key-usage']);
    expect(await offers('tags set --ca')).toEqual([]);
  });

  it.runIf(installed)('completes the values of an option with choices', async () => {
    expect(await offers('enrol --method ')).toEqual(['auto', 'get', 'post']);
    expect(await offers('connector list --status F')).toEqual(['FAILED']);
    expect(await offers('completion z')).toEqual(['zsh']);
  });

  it.runIf(installed)('does not mistake the value of an option for a command', async () => {
    expect(await offers('connector create --profile list --max')).toEqual([]);
    expect(await offers('connector create --wait --ca-')).toEqual(['--ca-arn']);
  });
});

it('completes --option=value in bash', async () => {
  expect(await inBash(['scep-connector', 'enrol', '--method', '=', 'p'])).toEqual(['post']);
  expect(await inBash(['scep-connector', 'enrol', '--method', '='])).toHaveLength(3);
});

it('leaves other values to the file name completion of bash', async () => {
  expect(await inBash(['scep-connector', 'enrol', '--key', ''])).toEqual([]);
});

it('refuses an unknown shell', async () => {
  await expect(scriptFor('tcsh')).rejects.toThrow(/Allowed choices are bash, zsh, fish/);
});
