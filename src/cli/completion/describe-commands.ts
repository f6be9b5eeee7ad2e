import type { Command, Option } from 'commander';

/** What a shell completes after a command; the program itself counts as a command. */
export interface CommandWords {
  /**
   * The names on the way to the command, each after a space: "" for the program, " connector
   * create" for that command. An alias counts as another command.
   */
  readonly path: string;
  /** The possible next words except options: commands, or the choices of the first argument. */
  readonly next: readonly Word[];
  readonly options: readonly OptionWords[];
}

interface Word {
  readonly text: string;
  /** One line; may be empty. */
  readonly description: string;
}

export interface OptionWords {
  /** Such as --help; every option has a long name. */
  readonly long: string;
  /** Such as -h. */
  readonly short: string | undefined;
  readonly description: string;
  /** Whether the next word belongs to it. */
  readonly takesValue: boolean;
  /** The values that it accepts; empty when it accepts any. */
  readonly choices: readonly string[];
}

/**
 * Describes a command and all below it from commander's own tree, so that completion cannot become
 * stale.
 */
export function describeCommands(command: Command, path = ''): readonly CommandWords[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).map((child) => ({
    text: child.name(),
    description: child.description(),
  }));
  const choices = command.registeredArguments[0]?.argChoices ?? [];
  const here = {
    path,
    next: [...commands, ...choices.map((text) => ({ text, description: '' }))],
    options: help.visibleOptions(command).flatMap(describeOption),
  };
  const below = command.commands.flatMap((child) =>
    [child.name(), ...child.aliases()].flatMap((name) =>
      describeCommands(child, `${path} ${name}`),
    ),
  );
  return [here, ...below];
}

function describeOption(option: Option): readonly OptionWords[] {
  const { long, short, description, required, argChoices = [] } = option;
  if (!long) return [];
  return [{ long, short, description, takesValue: required, choices: argChoices }];
}
