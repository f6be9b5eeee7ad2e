import type { CommandWords } from './describe-commands.ts';

/** The options after which the shell completes a value, and the choices for that value. */
export interface ValueCase {
  /** The command's path and the option's name: " enrol --method", " --help". */
  readonly words: readonly string[];
  /** Empty when the option takes any value, such as a file. */
  readonly choices: readonly string[];
}

/** The options that take a value, grouped by their choices. */
export function valueCases(commands: readonly CommandWords[]): readonly ValueCase[] {
  const cases = new Map<string, ValueCase>();
  for (const { path, options } of commands) {
    for (const { long, short, choices } of options.filter(({ takesValue }) => takesValue)) {
      const names = [long, short].filter((name) => name !== undefined);
      const key = choices.join(' ');
      const words = [...(cases.get(key)?.words ?? []), ...names.map((name) => `${path} ${name}`)];
      cases.set(key, { words, choices });
    }
  }
  return [...cases.values()];
}

/** The paths that a shell must know to find the command among other words. */
export function commandPaths(commands: readonly CommandWords[]): readonly string[] {
  return commands.map(({ path }) => path).filter((path) => path !== '');
}

/** A word in quotes, which sh, bash and zsh take literally. */
export function quoteForSh(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
