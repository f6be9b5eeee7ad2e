import { z } from 'zod';
import { isSetting, type Setting, type SettingsTree } from '../../../src/config/setting.ts';
import { SETTINGS } from '../../../src/config/settings.ts';
import type { ChartValue } from './chart-values.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Settings that have a value of their own in the chart, because they go with ports, volumes and
 * probes. A section stands for every setting in it.
 */
export const OWN_SETTINGS: readonly string[] = [
  ...['publicUrl', 'dataDir', 'masterKeyFile', 'otherMasterKeyFile', 'credentialsFile'],
  ...[
    'drainDelaySeconds',
    'drainSeconds',
    'store.kind',
    'store.redis.topology',
    'store.redis.nodes',
  ],
  ...['store.redis.sentinelName', 'store.redis.username', 'store.redis.passwordFile'],
  ...['store.redis.sentinelUsername', 'store.redis.sentinelPasswordFile', 'store.redis.tls'],
  ...['enrol.host', 'enrol.port', 'enrol.tls', 'api.host', 'api.port', 'api.tls', 'ops'],
];

const PORT = { type: 'integer', minimum: 1, maximum: 65_535 };
const SECONDS = { type: 'integer', minimum: 0, maximum: 3_600 };
const SERVICE_TYPE = { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] };
const PODS = { type: ['integer', 'string'], pattern: '^([1-9]\\d*%?)?$', minimum: 1 };
const TEXTS = { type: 'array', items: { type: 'string', minLength: 1 } };
const OBJECTS = { type: 'array', items: { type: 'object' } };

/** What a value must meet beyond the type of its default. */
const NARROWER: Readonly<Record<string, JsonSchema>> = {
  'image.digest': { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
  'image.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  imagePullSecrets: OBJECTS,
  replicaCount: { type: 'integer', minimum: 1, maximum: 1_000 },
  publicUrl: { type: 'string', pattern: '^(https?://[^?#@]+)?$' },
  'store.kind': { enum: ['redis', 'embedded'] },
  'store.redis.topology': { enum: ['standalone', 'sentinel', 'cluster'] },
  'store.redis.nodes': {
    type: 'array',
    items: { type: 'string', pattern: '^([\\w.-]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5}$' },
  },
  ...{ drainDelaySeconds: { ...SECONDS, maximum: 600 }, drainSeconds: SECONDS },
  terminationGraceSeconds: { ...SECONDS, minimum: 5 },
  ...Object.fromEntries(['enrol', 'api', 'ops'].map((name) => [`${name}.port`, PORT])),
  ...Object.fromEntries(['enrol', 'api', 'ops'].map((name) => [`${name}.service.port`, PORT])),
  ...{ 'enrol.service.type': SERVICE_TYPE, 'api.service.type': SERVICE_TYPE },
  ...{ 'enrol.ingress.hosts': TEXTS, 'api.ingress.hosts': TEXTS },
  ...{ 'enrol.ingress.tls': OBJECTS, 'api.ingress.tls': OBJECTS },
  ...{ 'podDisruptionBudget.maxUnavailable': PODS, 'podDisruptionBudget.minAvailable': PODS },
  'topologySpread.keys': TEXTS,
  'topologySpread.whenUnsatisfiable': { enum: ['ScheduleAnyway', 'DoNotSchedule'] },
  runAsUser: { type: 'integer', minimum: 1 },
  ...{ tolerations: OBJECTS, extraEnv: OBJECTS, extraVolumes: OBJECTS, extraVolumeMounts: OBJECTS },
};

interface Section {
  readonly type: 'object';
  readonly additionalProperties: false;
  readonly properties: Record<string, JsonSchema | Section>;
}

const section = (): Section => ({ type: 'object', additionalProperties: false, properties: {} });

/**
 * values.schema.json: every value of the chart and no other, the type of each, and under `config`
 * the settings of src/config/settings.ts.
 */
export function chartSchema(values: readonly ChartValue[]): object {
  const top = section();
  for (const value of values) {
    const names = value.path.split('.');
    const last = names.pop() ?? '';
    const parent = names.reduce<Section>((above, name) => {
      above.properties[name] ??= section();
      return above.properties[name] as Section;
    }, top);
    parent.properties[last] = { ...schemaOf(value), description: value.meaning };
  }
  // Helm sets it for a chart that another chart depends on.
  top.properties['global'] = { type: 'object' };
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'scep-connector', ...top };
}

function schemaOf({ path, byDefault }: ChartValue): JsonSchema | Section {
  if (path === 'config') return settingsSchema(SETTINGS, '');
  const narrower = NARROWER[path];
  if (narrower !== undefined) return narrower;
  if (Array.isArray(byDefault)) throw new Error(`what are the items of ${path}?`);
  if (typeof byDefault === 'number') throw new Error(`what are the bounds of ${path}?`);
  return { type: typeof byDefault };
}

function settingsSchema(tree: SettingsTree, prefix: string): Section {
  const found = section();
  for (const [name, node] of Object.entries(tree)) {
    const path = `${prefix}${name}`;
    if (OWN_SETTINGS.includes(path)) continue;
    if (!isSetting(node)) found.properties[name] = settingsSchema(node, `${path}.`);
    else if (!node.secret) found.properties[name] = settingSchema(node);
  }
  return found;
}

/**
 * What the settings file may contain. Where a setting also reads text from the environment, only
 * the plain form is allowed.
 */
function settingSchema({ schema, meaning, takes }: Setting<unknown>): JsonSchema {
  const made = (io: 'input' | 'output') => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, {
      ...{ io, target: 'draft-7', unrepresentable: 'any' },
    });
    return rest;
  };
  const plain = made('output');
  const readable = Object.keys(plain).length === 0 ? made('input') : plain;
  return { ...readable, description: `${meaning}: ${takes}` };
}
