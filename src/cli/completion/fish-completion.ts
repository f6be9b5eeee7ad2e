import { commandPaths } from './completion-cases.ts';
import type { CommandWords, OptionWords } from './describe-commands.ts';

/** A script for fish, sourced or saved in ~/.config/fish/completions. */
export function fishCompletion(commands: readonly CommandWords[]): string {
  return `# For this shell: scep-connector completion fish | source
function __scep_connector_at
  set -l command ''
  set -l words (commandline -opc)
  set -e words[1]
  for word in $words
    switch "$command $word"
      case ${commandPaths(commands).map(quote).join(' ')}
        set command "$command $word"
    end
  end
  test "$command" = "$argv[1]"
end
complete -c scep-connector -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, next, options }: CommandWords): readonly string[] {
  const here = `complete -c scep-connector -n ${quote(`__scep_connector_at ${quote(path)}`)}`;
  return [
    ...next.map(({ text, description }) => `${here} -a ${quote(text)}${describe(description)}`),
    ...options.map((option) => `${here} ${flagsOf(option)}${describe(option.description)}`),
  ];
}

function flagsOf({ long, short, takesValue, choices }: OptionWords): string {
  const names = [`-l ${long.slice(2)}`, ...(short === undefined ? [] : [`-s ${short.slice(1)}`])];
  const value = choices.length === 0 ? '-r -F' : `-x -a ${quote(choices.join(' '))}`;
  return [...names, ...(takesValue ? [value] : [])].join(' ');
}

function describe(description: string): string {
  return description === '' ? '' : ` -d ${quote(description)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
