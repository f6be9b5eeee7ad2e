import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The Kubernetes release whose API the manifests are checked against. test/soak/install.sh
 * downloads its description.
 */
const RELEASE = 'v1.36.3';
const CACHE = path.resolve(import.meta.dirname, '../../.cache');

/** The description of the API in the module k8s.io/kubernetes. */
export const KUBERNETES_OPENAPI = path.join(
  ...[CACHE, 'go/pkg/mod/k8s.io', `kubernetes@${RELEASE}`, 'api/openapi-spec/swagger.json'],
);

interface Definition {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

const REF = '#/definitions/';
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

/**
 * Makes the files that kubeconform reads from the description of the API: one self-contained JSON
 * Schema for each kind, which accepts only the members that it names.
 * @returns the directory that --schema-location names
 */
export function makeKubernetesSchemas(): string {
  const directory = path.join(CACHE, `kubernetes-schemas-${RELEASE}`);
  if (existsSync(directory)) return directory;
  const { definitions } = JSON.parse(readFileSync(KUBERNETES_OPENAPI, 'utf8')) as {
    readonly definitions: Readonly<Record<string, Definition>>;
  };
  const unfinished = `${directory}.${process.pid}`;
  mkdirSync(unfinished);
  const strict = Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, tighten(name, definition)]),
  );
  for (const [name, definition] of Object.entries(definitions)) {
    for (const kind of definition['x-kubernetes-group-version-kind'] ?? []) {
      const file = path.join(unfinished, fileName(kind));
      writeFileSync(file, JSON.stringify(standAlone(name, strict)));
    }
  }
  renameSync(unfinished, directory);
  return directory;
}

/** The --schema-location template that finds them. */
export function schemaLocation(directory: string): string {
  return `${directory}/{{ .ResourceKind }}{{ .KindSuffix }}.json`;
}

/** File names as kubeconform builds them: deployment-apps-v1.json, pod-v1.json. */
function fileName({ group, version, kind }: { group: string; version: string; kind: string }) {
  const [shortGroup = ''] = group.split('.');
  return `${[kind, shortGroup, version].filter(Boolean).join('-').toLowerCase()}.json`;
}

/**
 * Refuses members that are not named, as `kubectl apply --validate=strict` does, and accepts
 * numbers where their text is accepted.
 */
function tighten(name: string, definition: Definition): unknown {
  if (name === QUANTITY) return { type: ['string', 'number'] };
  const loose = loosen(definition) as Definition;
  return loose.properties === undefined ? loose : { ...loose, additionalProperties: false };
}

function loosen(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loosen);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, loosen(member)]);
  const copy = Object.fromEntries(members) as Record<string, unknown>;
  return copy['format'] === 'int-or-string' ? { type: ['string', 'integer'] } : copy;
}

/** A definition together with those that it refers to. */
function standAlone(name: string, definitions: Readonly<Record<string, unknown>>): unknown {
  const needed = new Set([name]);
  for (const one of needed) {
    const text = JSON.stringify(definitions[one]);
    for (const [, other = ''] of text.matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)) {
      needed.add(other);
    }
  }
  const own = Object.fromEntries([...needed].map((one) => [one, definitions[one]]));
  return { $schema: 'http://json-schema.org/draft-07/schema#', $ref: REF + name, definitions: own };
}
