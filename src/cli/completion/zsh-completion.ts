import { commandPaths, quoteForSh, valueCases } from './completion-cases.ts';
import type { CommandWords } from './describe-commands.ts';

/** A script for zsh, sourced after compinit or saved in a directory of fpath as _scep-connector. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  return `#compdef scep-connector
# For this shell: source <(scep-connector completion zsh)
_scep-connector() {
  local command='' word
  local -a entries
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$command $word" in
      (${patterns(commandPaths(commands))}) command="$command $word" ;;
    esac
  done
  case "$command \${words[CURRENT-1]}" in
${valueCases(commands)
  .map(({ words, choices }) => `    (${patterns(words)}) ${complete(choices)}; return ;;`)
  .join('\n')}
  esac
  case $command in
${commands.map((command) => `    (${quoteForSh(command.path)}) entries=(${entriesOf(command)}) ;;`).join('\n')}
  esac
  _describe 'scep-connector' entries
}
if [ "$funcstack[1]" = _scep-connector ]; then _scep-connector "$@"
else compdef _scep-connector scep-connector
fi
`;
}

function patterns(words: readonly string[]): string {
  return words.map(quoteForSh).join(' | ');
}

function complete(choices: readonly string[]): string {
  return choices.length === 0 ? '_files' : `compadd -- ${choices.map(quoteForSh).join(' ')}`;
}

function entriesOf({ next, options }: CommandWords): string {
  const entries = [
    ...next.map(({ text, description }) => [text, description]),
    ...options.map(({ long, description }) => [long, description]),
  ];
  return entries
    .map(([text, about]) => quoteForSh(about ? `${text}:${about}` : `${text}`))
    .join(' ');
}
