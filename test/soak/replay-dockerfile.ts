import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  type DockerStage,
  type Instruction,
  parseDockerfile,
  readCopy,
  readDockerignore,
  readExecForm,
  readPairs,
} from '../support/docs/parse-dockerfile.ts';

type Environment = Readonly<Record<string, string>>;

/** A stage that has been built, with the instructions about running it. */
export interface BuiltStage {
  /** The directory with its files. */
  readonly root: string;
  readonly buildArguments: Environment;
  readonly environment: Environment;
  readonly workdir: string;
  readonly user: string;
  readonly volumes: readonly string[];
  readonly labels: Environment;
  /** ENTRYPOINT and CMD together. */
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly ports: readonly number[];
  readonly stopSignal: string;
}

interface Replay {
  /** The directory with the Dockerfile. */
  readonly context: string;
  /** A new directory. Each stage gets a directory in it. */
  readonly directory: string;
  readonly print: (line: string) => void;
}

/** The directory of this machine's Node.js, with bin, include and lib. */
const NODE_PREFIX = path.dirname(path.dirname(realpathSync(process.execPath)));
const ENTER_IMAGE = path.resolve(import.meta.dirname, 'enter-image.sh');
const DOCKER_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Why this machine cannot replay the steps, or undefined. */
export function whyNoReplay(): string | undefined {
  if (process.platform !== 'linux')
    return 'the steps of the Dockerfile can be replayed on Linux alone';
  const { status } = spawnSync('unshare', ['--mount', 'true']);
  return status === 0 ? undefined : 'only root can replay the steps of the Dockerfile';
}

/**
 * Does what `docker build` would. Each stage has its own directory, which is the root for its RUN
 * instructions. The operating system and Node.js of this machine stand in for those of the base
 * image.
 * @throws Error for unknown content of the Dockerfile, and for a step that fails, with what it
 * printed
 */
export function replayDockerfile(replay: Replay): BuiltStage {
  const file = (name: string) => readFileSync(path.join(replay.context, name), 'utf8');
  const isSent = readDockerignore(file('.dockerignore'));
  const sent = committedFiles(replay.context).filter(isSent);
  const built = new Map<string, BuiltStage>();
  let last: BuiltStage | undefined;
  for (const stage of parseDockerfile(file('Dockerfile'))) {
    replay.print(`FROM ${stage.base} (Node.js ${process.version} of this machine stands in)`);
    last = buildStage(replay, stage, { built, sent });
    built.set(stage.name, last);
  }
  if (last === undefined) throw new Error('the Dockerfile has no stage');
  return last;
}

function committedFiles(context: string): readonly string[] {
  const { stdout, status } = spawnSync('git', ['ls-files', '-z'], {
    cwd: context,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${context} is not a git repository`);
  return stdout.split('\0').filter((name) => name !== '' && existsSync(path.join(context, name)));
}

interface Sources {
  readonly built: ReadonlyMap<string, BuiltStage>;
  /** The files of the context that reach the builder. */
  readonly sent: readonly string[];
}

function buildStage(replay: Replay, { base, name, instructions }: DockerStage, sources: Sources) {
  if (!/^node:24-/.test(base)) throw new Error(`nothing here stands in for ${base}`);
  const root = path.join(replay.directory, name);
  mkdirSync(root);
  const empty: BuiltStage = {
    ...{ root, buildArguments: {}, environment: { PATH: DOCKER_PATH }, workdir: '/' },
    ...{ user: '0:0', volumes: [] },
    ...{ labels: {}, entrypoint: [], cmd: [], ports: [], stopSignal: 'SIGTERM' },
  };
  return instructions.reduce((stage, instruction) => {
    replay.print(`  ${instruction.name} ${instruction.text}`);
    return follow(replay, stage, instruction, sources);
  }, empty);
}

function follow(
  replay: Replay,
  stage: BuiltStage,
  { name, text }: Instruction,
  sources: Sources,
): BuiltStage {
  const known = { ...stage.buildArguments, ...stage.environment };
  const expand = (value: string) =>
    value.replaceAll(/\$(\w+)/g, (_, variable: string) => known[variable] ?? '');
  const pairs = () =>
    Object.fromEntries(readPairs(text).map(([key, value]) => [key, expand(value)]));
  switch (name) {
    case 'ARG':
      return { ...stage, buildArguments: { ...stage.buildArguments, ...pairs() } };
    case 'ENV':
      return { ...stage, environment: { ...stage.environment, ...pairs() } };
    case 'LABEL':
      return { ...stage, labels: { ...stage.labels, ...pairs() } };
    case 'WORKDIR':
      mkdirSync(path.join(stage.root, text), { recursive: true });
      return { ...stage, workdir: text };
    case 'COPY':
      copy(replay.context, stage, readCopy(text), sources);
      return stage;
    case 'RUN':
      run(stage, text);
      return stage;
    case 'USER':
      return { ...stage, user: text };
    case 'VOLUME':
      return { ...stage, volumes: [...stage.volumes, text] };
    case 'EXPOSE':
      return { ...stage, ports: text.split(/\s+/).map(Number) };
    case 'STOPSIGNAL':
      return { ...stage, stopSignal: text };
    case 'ENTRYPOINT':
      return { ...stage, entrypoint: readExecForm(text), cmd: [] };
    case 'CMD':
      return { ...stage, cmd: readExecForm(text) };
    case 'HEALTHCHECK':
      if (text === 'NONE') return stage;
      break;
  }
  throw new Error(`${name} ${text} cannot be replayed`);
}

/**
 * As in Docker, a directory's content goes into the target, and a file goes below a target that
 * ends in a slash.
 */
function copy(
  context: string,
  { root, workdir }: BuiltStage,
  { from, sources, target }: ReturnType<typeof readCopy>,
  { built, sent }: Sources,
): void {
  const to = path.join(root, path.resolve(workdir, target));
  const place = (source: string) =>
    target.endsWith('/') ? path.join(to, path.basename(source)) : to;
  for (const source of sources) {
    if (from === undefined) {
      copyFromContext(context, source, sent, (file) =>
        file === source ? place(file) : path.join(to, path.relative(source, file)),
      );
      continue;
    }
    const stage = built.get(from);
    if (stage === undefined) throw new Error(`there is no stage ${from}`);
    const origin = path.join(stage.root, source);
    const where = statSync(origin).isDirectory() ? to : place(source);
    cpSync(origin, where, { recursive: true, verbatimSymlinks: true });
  }
}

function copyFromContext(
  context: string,
  source: string,
  sent: readonly string[],
  place: (file: string) => string,
): void {
  const files = sent.filter((file) => file === source || file.startsWith(`${source}/`));
  if (files.length === 0)
    throw new Error(`${source} is not committed, or .dockerignore leaves it out`);
  for (const file of files) cpSync(path.join(context, file), place(file));
}

/** The machine's npm settings, such as its registry, are those of the tests. */
function run(stage: BuiltStage, script: string): void {
  const environment = {
    ...process.env,
    ...stage.buildArguments,
    ...stage.environment,
    HOME: '/root',
    ...('npm_config_nodedir' in stage.environment && { npm_config_nodedir: NODE_PREFIX }),
  };
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', ...enterImage(stage, 'rw', ['sh', '-c', script])],
    { env: environment, encoding: 'utf8', timeout: 1_500_000 },
  );
  if (status === 0) return;
  throw new Error(`RUN ${script} failed:\n${stdout.slice(-4_000)}${stderr.slice(-4_000)}`);
}

function enterImage(stage: BuiltStage, access: 'rw' | 'ro', command: readonly string[]) {
  const { root, user, workdir } = stage;
  return ['sh', ENTER_IMAGE, root, access, user, workdir, NODE_PREFIX, ...command];
}

/**
 * The command line that runs `command` in the image as its user, who can write only to its volumes
 * and /tmp.
 */
export function commandInImage(
  stage: BuiltStage,
  command: readonly string[],
  settings: Environment = {},
): { readonly file: string; readonly args: readonly string[]; readonly env: Environment } {
  const environment = Object.entries({ ...stage.environment, HOME: '/', ...settings });
  const assignments = environment.map(([name, value]) => `${name}=${value}`);
  const args = enterImage(stage, 'ro', ['env', '-i', ...assignments, ...command]);
  const env = { PATH: DOCKER_PATH, VOLUMES: stage.volumes.join(' ') };
  return { file: 'unshare', args: ['--mount', ...args], env };
}
