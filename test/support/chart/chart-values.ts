import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, type Pair, parseDocument, type Scalar, type YAMLMap } from 'yaml';

/** One value of values.yaml. */
export interface ChartValue {
  /** A dotted path: store.redis.nodes. */
  readonly path: string;
  /** The comment above the value. */
  readonly meaning: string;
  readonly byDefault: unknown;
}

export const CHART = path.resolve(import.meta.dirname, '../../../helm');

/** Mappings that are one value, not a section of values. */
const WHOLE = new Set(['resources']);

/** Every value of helm/values.yaml, in the order of the file. */
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

/** The comment lines directly above a value. A paragraph before them is about the file. */
function commentOf({ commentBefore }: { commentBefore?: string | null }): string {
  const paragraph = (commentBefore ?? '').split(/\n\s*\n/).at(-1) ?? '';
  return paragraph
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
}
