import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { nearestName } from './nearest-name.ts';
import { isSetting, listSettings, type SettingsTree } from './setting.ts';

/** The settings that one source gives. */
export interface SettingsSource {
  readonly given: readonly GivenSetting[];
  /** Lines for a person; they quote names, never values. */
  readonly mistakes: readonly string[];
  /** False for a file that could not be read and so might have given anything. */
  readonly readable: boolean;
}

export interface GivenSetting {
  /** As in api.port. */
  readonly path: string;
  readonly value: unknown;
  /** As in "serve.yaml line 3". */
  readonly place: string;
}

/** Reads a settings file: YAML 1.2 or JSON, nested like `tree`. Ignores a name without a value. */
export function readSettingsFile(tree: SettingsTree, file: string, text: string): SettingsSource {
  const lines = new LineCounter();
  const placeAt = (offset: number) => `${file} line ${lines.linePos(offset).line}`;
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    const mistakes = problems.map(({ pos, message }) => `${placeAt(pos[0])}: ${unquoted(message)}`);
    return { given: [], mistakes, readable: false };
  }
  const reading: Reading = { document, placeAt, given: [], mistakes: [], readable: true };
  readSection(reading, { tree, prefix: '' }, document.contents, file);
  return reading;
}

interface Reading extends SettingsSource {
  readonly document: Document.Parsed;
  readonly placeAt: (offset: number) => string;
  readonly given: GivenSetting[];
  readonly mistakes: string[];
  readonly readable: true;
}

/** A part of the tree of settings, and the beginning of the paths in it, such as `api.tls.`. */
interface Section {
  readonly tree: SettingsTree;
  readonly prefix: string;
}

function readSection(reading: Reading, section: Section, given: Node | null, place: string): void {
  const { tree, prefix } = section;
  const node = isAlias(given) ? (given.resolve(reading.document) ?? given) : given;
  if (node === null || (isScalar(node) && node.value === null)) return;
  if (isMap(node)) {
    for (const pair of node.items) readPair(reading, section, pair as Pair<Node, Node | null>);
    return;
  }
  const names = Object.keys(tree).join(', ');
  const what = prefix === '' ? place : `${prefix.slice(0, -1)} (${place})`;
  reading.mistakes.push(`${what} takes a mapping of settings: ${names}`);
}

function readPair(
  reading: Reading,
  { tree, prefix }: Section,
  { key, value }: Pair<Node, Node | null>,
): void {
  const place = reading.placeAt(key.range?.[0] ?? 0);
  const name = isScalar(key) ? String(key.value) : '';
  const path = `${prefix}${name}`;
  const node = Object.hasOwn(tree, name) ? tree[name] : undefined;
  if (node === undefined) {
    reading.mistakes.push(`${path} (${place}) is no setting${suggestion(path, tree, prefix)}`);
  } else if (isSetting(node)) {
    readValue(reading, path, value, place);
  } else {
    readSection(reading, { tree: node, prefix: `${path}.` }, value, place);
  }
}

function readValue(
  { document, given, mistakes }: Reading,
  path: string,
  node: Node | null,
  place: string,
): void {
  try {
    const value: unknown = node?.toJS(document);
    if (value !== null && value !== undefined) given.push({ path, value, place });
  } catch {
    mistakes.push(`${path} (${place}) has an alias that cannot be followed; write it out`);
  }
}

function suggestion(path: string, tree: SettingsTree, prefix: string): string {
  const sections = Object.keys(tree).map((name) => `${prefix}${name}`);
  const settings = listSettings(tree, prefix).map((named) => named.path);
  const nearest = nearestName(path, [...sections, ...settings]);
  return nearest === undefined ? '; docs/configuration.md lists them' : `; is it ${nearest}?`;
}

/** Cuts off what follows a colon: there the parser's messages quote text that may be secret. */
function unquoted(message: string): string {
  return message.replace(/(?<=\w): .*$/s, '');
}
