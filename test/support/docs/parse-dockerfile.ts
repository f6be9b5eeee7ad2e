/** One instruction of a Dockerfile, its continuation lines joined. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export interface DockerStage {
  /** Such as node:24-bookworm, or the name of an earlier stage. */
  readonly base: string;
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** The instructions that `replayDockerfile` can replay. */
const KNOWN = new Set(
  'ARG CMD COPY ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL RUN STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
);

/**
 * The stages of a Dockerfile in order.
 * @throws Error for an instruction, or a form of one, that cannot be replayed
 */
export function parseDockerfile(text: string): readonly DockerStage[] {
  const stages: (DockerStage & { readonly instructions: Instruction[] })[] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === 'FROM') {
      const [, base, name = String(stages.length)] =
        /^(\S+)(?:\s+AS\s+([\w.-]+))?$/.exec(instruction.text) ?? [];
      if (base === undefined) throw new Error(`FROM ${instruction.text} cannot be replayed`);
      stages.push({ base, name, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined || !KNOWN.has(instruction.name)) {
      throw new Error(`${instruction.name} ${instruction.text} cannot be replayed`);
    }
    stage.instructions.push(instruction);
  }
  return stages;
}

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const joined = lines.join('\n').replaceAll(/\\\n/g, ' ');
  return joined
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^\s*(\S+)\s+(.*?)\s*$/.exec(line) ?? [];
      return { name: name.toUpperCase(), text: rest };
    });
}

/**
 * KEY=value and KEY="value" pairs, as in ENV, LABEL and ARG.
 * @throws Error for the old form without =
 */
export function readPairs(text: string): readonly (readonly [string, string])[] {
  const pairs = [...text.matchAll(/([\w.-]+)=(?:"([^"]*)"|(\S*))(?:\s+|$)/g)];
  if (pairs.map(([whole]) => whole).join('') !== text) throw new Error(`no pairs: ${text}`);
  return pairs.map(([, name = '', quoted, plain = '']) => [name, quoted ?? plain]);
}

/**
 * The words of ENTRYPOINT or CMD.
 * @throws Error for the shell form, because the shell would swallow SIGTERM
 */
export function readExecForm(text: string): readonly string[] {
  const words: unknown = JSON.parse(text);
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words;
  throw new Error(`${text} is not a list of words`);
}

/**
 * The words of a COPY.
 * @throws Error for an option other than --from
 */
export function readCopy(text: string): {
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
} {
  const words = text.split(/\s+/);
  const options = words.filter((word) => word.startsWith('--'));
  const [, from] = /^--from=(.+)$/.exec(options[0] ?? '') ?? [];
  const paths = words.slice(options.length);
  const target = paths.at(-1);
  if (options.length > (from === undefined ? 0 : 1) || target === undefined || paths.length < 2) {
    throw new Error(`COPY ${text} cannot be replayed`);
  }
  return { from, sources: paths.slice(0, -1), target };
}

/**
 * Whether .dockerignore lets a file of the context through to the builder. Patterns are `*`, and
 * names of files and directories with or without `!`.
 */
export function readDockerignore(text: string): (file: string) => boolean {
  const patterns = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  for (const pattern of patterns) {
    if (!/^(\*|!?[\w./-]+)$/.test(pattern)) throw new Error(`${pattern} cannot be replayed`);
  }
  return (file) => {
    const rule = patterns.findLast((pattern) => {
      const name = pattern.replace(/^!/, '');
      return name === '*' || file === name || file.startsWith(`${name}/`);
    });
    return rule === undefined || rule.startsWith('!');
  };
}
