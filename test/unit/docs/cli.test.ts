import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Argument, Command, type Option } from 'commander';
import { expect, it } from 'vitest';
import { registerCaCommand } from '../../../src/cli/ca/ca.ts';
import { registerClientCommands } from '../../../src/cli/client-commands.ts';
import { registerCompletionCommand } from '../../../src/cli/completion/completion.ts';
import { registerAdminCommands } from '../../../src/cli/connector/admin-commands.ts';
import { registerDevCommand } from '../../../src/cli/dev.ts';
import { registerMasterKeyCommand } from '../../../src/cli/master-key.ts';
import { registerRaCommand } from '../../../src/cli/ra.ts';
import { registerServeCommand } from '../../../src/cli/serve.ts';
import { registerStoreCommand } from '../../../src/cli/store/store.ts';
import { markdownTable, withSection } from '../../support/docs/markdown-table.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/cli.md');

/** Every command without subcommands, by its name after the names of its parents. */
function commands(parent: Command, prefix = ''): readonly (readonly [string, Command])[] {
  return parent.commands.flatMap((command) => {
    const name = `${prefix}${command.name()}`;
    const inner = commands(command, `${name} `);
    return inner.length > 0 ? inner : [[name, command] as const];
  });
}

function program(): Command {
  const root = new Command();
  const nothing = () => Promise.resolve();
  registerDevCommand(root, nothing);
  registerServeCommand(root, nothing);
  registerRaCommand(root, nothing);
  registerClientCommands(root);
  registerAdminCommands(root);
  registerCaCommand(root, { importCa: nothing, exportCa: nothing });
  registerMasterKeyCommand(root, nothing);
  registerStoreCommand(root, { exportStore: nothing, importStore: nothing });
  registerCompletionCommand(root);
  return root;
}

function optionTable({ options, registeredArguments }: Command): string {
  return markdownTable(
    ['option', 'meaning', 'default'],
    [
      ...registeredArguments.map((one) => [
        `\`${nameOf(one)}\``,
        meaning(one),
        one.required ? 'required' : '',
      ]),
      ...options.map((one) => [
        `\`${one.flags}\``,
        meaning(one),
        one.mandatory ? 'required' : defaultOf(one),
      ]),
    ],
  );
}

function nameOf(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function meaning({ description, argChoices = [] }: Argument | Option): string {
  const choices = argChoices.map((one) => `\`${one}\``).join(', ');
  return `${description}${choices && `: ${choices}`}`.replaceAll('|', '\\|');
}

function defaultOf({ defaultValue, defaultValueDescription }: Option): string {
  const text: unknown = defaultValueDescription ?? defaultValue;
  return text === undefined ? '' : `\`${String(text)}\``;
}

it('lists in docs/cli.md the options of every command of the program', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const made = commands(program()).reduce(
    (text, [name, command]) => withSection(text, name, optionTable(command)),
    page,
  );
  await expect(made).toMatchFileSnapshot(PAGE);
});

it('has in docs/cli.md a section for each command and no other section', () => {
  const headings = [...readFileSync(PAGE, 'utf8').matchAll(/^## .*`(.*)`$/gm)].map(
    ([, name]) => name,
  );
  expect(headings).toEqual(commands(program()).map(([name]) => name));
});
