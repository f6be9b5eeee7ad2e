import { Argument, type Command } from 'commander';
import { print } from '../terminal/print.ts';
import { bashCompletion } from './bash-completion.ts';
import { describeCommands } from './describe-commands.ts';
import { fishCompletion } from './fish-completion.ts';
import { zshCompletion } from './zsh-completion.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** Registers `scep-connector completion`, which prints a completion script for a shell. */
export function registerCompletionCommand(
  program: Command,
  write: (text: string) => void = print,
): void {
  program
    .command('completion')
    .description('print a script with which a shell completes commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', EXAMPLE)
    .action((shell: keyof typeof SHELLS) => write(SHELLS[shell](describeCommands(program))));
}

const EXAMPLE = `
Run this in your shell, or add it to the start-up file of the shell:
  bash  source <(scep-connector completion bash)
  zsh   source <(scep-connector completion zsh)
  fish  scep-connector completion fish | source`;
