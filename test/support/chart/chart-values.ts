import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, type Pair, parseDocument, type Scalar, type YAMLMap } from 'yaml';

/** One value of the chart, as values.yaml has it. */
export interface ChartValue {
  /** As in store.redis.nodes. */
  readonly path: string;
  /** The comment above it. */
  readonly meaning: string;
  readonly byDefault: unknown;
}

export const CHART = path.resolve(import.meta.dirname, '../../../helm');

/** Mappings that are a value as a whole, not a section of values. */
const WHOLE = new Set(['resources']);

/** Every value of helm/values.yaml, in its order. */
export function readChartValues(): readonly ChartValue[] {
  const document = parseDocument(readFileSync(path.join(CHART, 'values.yaml'), 'utf8'));
  if (!isMap(document.contents)) throw new Error('helm/values.yaml is no mapping');
  return valuesOf(document.contents as YAMLMap, '', '');
}

function valuesOf(map: YAMLMap, prefix: string, above: string): readonly ChartValue[] {
  return (map.items as Pair<Scalar<string>>[]).flatMap(({ key, value }, i) => {
    const name = `${prefix}${key.value}`;
    const comment = commentOf(key) || (i === 0 ? above : '');
    if (isMap(value) && value.items.length > 0 && !WHOLE.has(name)) {
      return valuesOf(value as YAMLMap, `${name}.`, commentOf(value));
    }
    const byDefault: unknown = (value as Scalar).toJS(parseDocument(''));
    return [{ path: name, meaning: comment, byDefault }];
  });
}

/** The lines directly above; a paragraph before them is about the file. */
function commentOf({ commentBefore }: { commentBefore?: string | null }): string {
  const paragraph = (commentBefore ?? '').split(/\n\s*\n/).at(-1) ?? '';
  return paragraph
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
}
