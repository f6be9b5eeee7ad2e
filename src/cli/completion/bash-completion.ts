import { commandPaths, quoteForSh, valueCases } from './completion-cases.ts';
import type { CommandWords } from './describe-commands.ts';

/** A script for bash 3.2 (on Macs) and later. Bash completes file names where it has no words. */
export function bashCompletion(commands: readonly CommandWords[]): string {
  return `# For this shell: source <(scep-connector completion bash)
_scep_connector() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' words='' word
  # Bash splits --option=value into three words.
  if [[ $current == = ]]; then current=''
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      ${patterns(commandPaths(commands))}) command="$command $word" ;;
    esac
  done
  case "$command $previous" in
${valueCases(commands)
  .map(({ words, choices }) => `    ${patterns(words)}) words=${quoteForSh(choices.join(' '))} ;;`)
  .join('\n')}
    *) case $command in
${commands.map((command) => `      ${quoteForSh(command.path)}) words=${quoteForSh(wordsOf(command))} ;;`).join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _scep_connector scep-connector
`;
}

function patterns(words: readonly string[]): string {
  return words.map(quoteForSh).join(' | ');
}

function wordsOf({ next, options }: CommandWords): string {
  return [...next.map(({ text }) => text), ...options.map(({ long }) => long)].join(' ');
}
