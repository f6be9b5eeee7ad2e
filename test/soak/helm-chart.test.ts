import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { listSettings } from '../../src/config/setting.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { OWN_SETTINGS } from '../support/chart/chart-schema.ts';
import { CHART } from '../support/chart/chart-values.ts';
import { mountSettings } from '../support/chart/mount-settings.ts';
import {
  HELM,
  helm,
  KUBECONFORM,
  type Manifest,
  ofKind,
  one,
  type PodSpec,
  podsOf,
  renderChart,
  renderText,
  settingsOf,
  valuesFile,
  writeValues,
} from '../support/chart/render-chart.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { MAIN } from '../support/servers/spawn-server.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';
import { KUBERNETES_OPENAPI, makeKubernetesSchemas, schemaLocation } from './kubernetes-schemas.ts';

const programs = [HELM, KUBECONFORM, KUBERNETES_OPENAPI];
const isThere = requireClient('helm and kubeconform', programs, 'test/soak/install.sh');
const SETS = ['smallest', 'aws', 'everything', 'embedded'];
const SMALLEST = valuesFile('smallest');

const WORKERS = 'SCEP_CONNECTOR_WORKERS';

describe.runIf(isThere).each(SETS)('the chart with %s-values.yaml', (name) => {
  const file = valuesFile(name);
  const values = parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
  let manifests: readonly Manifest[];
  let pod: PodSpec;
  beforeAll(async () => {
    manifests = await renderChart(file);
    pod = one(manifests, 'Deployment').spec.template.spec;
  });

  it('passes helm lint --strict', async () => {
    const { code, stdout, stderr } = await helm('lint', '--strict', CHART, '--values', file);
    expect(code, stdout + stderr).toBe(0);
  });

  it('is valid for Kubernetes', async () => {
    const schemas = schemaLocation(makeKubernetesSchemas());
    const args = ['-strict', '-summary', '-schema-location', schemas];
    const input = await renderText(file);
    const { code, stdout, stderr } = await runCommand(KUBECONFORM, args, { input });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain(`${manifests.length} resources`);
    expect(stdout).toContain('Invalid: 0, Errors: 0, Skipped: 0');
  });

  it('runs every container under the restricted Pod Security Standard, on a read-only root', () => {
    for (const spec of podsOf(manifests)) {
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: values['runAsUser'] ?? 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext, resources } of spec.containers) {
        expect(securityContext).toEqual({
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ['ALL'] },
        });
        expect(Object.keys(resources.requests).sort()).toEqual(['cpu', 'memory']);
      }
    }
  });

  it('probes the ops listener, and gives the server time to drain', () => {
    const [container] = pod.containers;
    expect(container?.startupProbe?.httpGet).toEqual({ path: '/livez', port: 'ops' });
    expect(container?.livenessProbe?.httpGet).toEqual({ path: '/livez', port: 'ops' });
    expect(container?.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'ops' });
    const { drainSeconds, drainDelaySeconds } = JSON.parse(settingsOf(manifests)) as Record<
      'drainSeconds' | 'drainDelaySeconds',
      number
    >;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(drainSeconds + drainDelaySeconds + 4);
  });

  it('has three Services for the ports that the server listens on, and for no other pod', () => {
    const settings = JSON.parse(settingsOf(manifests)) as Record<string, { port: number }>;
    const services = ofKind(manifests, 'Service');
    expect(services).toHaveLength(3);
    const { labels } = one(manifests, 'Deployment').spec.template.metadata;
    const ports = new Map(pod.containers[0]?.ports?.map((port) => [port.name, port.containerPort]));
    for (const { metadata, spec } of services) {
      const [port] = spec.ports;
      const listener = metadata.name.split('-').at(-1) ?? '';
      expect(port?.targetPort).toBe(listener);
      expect(ports.get(listener)).toBe(settings[listener]?.port);
      expect(labels).toMatchObject(spec.selector);
      for (const { metadata } of ofKind(manifests, 'Pod')) {
        expect(metadata.labels).not.toMatchObject(spec.selector);
      }
    }
  });

  it('selects its own pods', () => {
    const { template, selector, replicas } = one(manifests, 'Deployment').spec;
    const { labels } = template.metadata;
    expect(labels).toMatchObject(selector.matchLabels);
    for (const spread of pod.topologySpreadConstraints ?? []) {
      expect(labels).toMatchObject(spread.labelSelector.matchLabels);
    }
    const budgets = ofKind(manifests, 'PodDisruptionBudget');
    expect(budgets).toHaveLength(replicas > 1 ? 1 : 0);
    for (const { spec } of budgets) expect(labels).toMatchObject(spec.selector.matchLabels);
  });

  it('names secrets and contains none', async () => {
    expect(ofKind(manifests, 'Secret')).toEqual([]);
    const secrets = listSettings(SETTINGS).filter(({ setting }) => setting.secret);
    const given = pathsOf(JSON.parse(settingsOf(manifests)));
    expect(given.filter((path) => secrets.some((secret) => secret.path === path))).toEqual([]);
    const variables = pod.containers.flatMap(({ env = [] }) => env);
    const plain = variables.filter(({ name, value }) => name !== WORKERS && value !== undefined);
    expect(plain).toEqual([
      {
        name: 'SCEP_CONNECTOR_CONFIG',
        value: '/etc/scep-connector/settings/scep-connector.yaml',
      },
    ]);
  });

  it('runs one process in a pod, unless the settings or a limit of processors say otherwise', () => {
    const variables = pod.containers.flatMap(({ env = [] }) => env);
    const workers = variables.filter(({ name }) => name === WORKERS);
    const isSet = pathsOf(JSON.parse(settingsOf(manifests))).includes('workers');
    expect(workers).toEqual(isSet ? [] : [{ name: WORKERS, value: '1' }]);
  });

  it('gives the server valid settings, and mounts every file that they name', async () => {
    const file = path.join(tempDirectory(), 'scep-connector.yaml');
    writeFileSync(file, mountSettings(settingsOf(manifests), pod));
    const args = [MAIN, 'serve', '--check-config', '--config', file];
    expect(await runCommand(process.execPath, args)).toMatchObject({
      code: 0,
      stdout: 'The settings are valid.\n',
    });
  });

  it('sets by its own values what it refuses under config, and passes on the rest', () => {
    const given = pathsOf(JSON.parse(settingsOf(manifests)));
    const passedOn = 'config' in values ? pathsOf(values['config']) : [];
    expect(passedOn.filter((path) => !given.includes(path))).toEqual([]);
    const own = given.filter((path) => !passedOn.includes(path));
    const unknown = own.filter(
      (path) => !OWN_SETTINGS.some((name) => path === name || path.startsWith(`${name}.`)),
    );
    expect(unknown).toEqual([]);
  });
});

describe.runIf(isThere)('the chart', () => {
  it.each<[string, object]>([
    ['image.repository is required', { image: { repository: '' } }],
    ['publicUrl is required', { publicUrl: '' }],
    ['masterKey.existingSecret is required', { masterKey: { existingSecret: '' } }],
    ['store.redis.nodes is required', { store: { redis: { nodes: [] } } }],
    ['store.redis.sentinelName is required', { store: { redis: { topology: 'sentinel' } } }],
    ['replicaCount must be 1', { store: { kind: 'embedded' } }],
    ['store.embedded.existingClaim is required', { store: { kind: 'embedded' }, replicaCount: 1 }],
    [
      'podDisruptionBudget takes minAvailable or maxUnavailable, not both',
      { podDisruptionBudget: { minAvailable: 1, maxUnavailable: 1 } },
    ],
    ['api.ingress.hosts is required', { api: { ingress: { enabled: true } } }],
  ])('refuses to render and says why: %s', async (message, values) => {
    const files = ['--values', SMALLEST, '--values', writeValues(values)];
    const { code, stdout, stderr } = await helm('template', 'trial', CHART, ...files);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain(message);
  });

  it('runs as many processes in a pod as its limit has processors', async () => {
    const values = writeValues({ resources: { limits: { cpu: 3 } } });
    const files = ['--values', SMALLEST, '--values', values];
    const { code, stdout } = await helm('template', 'trial', CHART, ...files);
    expect(code).toBe(0);
    expect(stdout).toMatch(/name: SCEP_CONNECTOR_WORKERS\s+valueFrom: .*resource: limits\.cpu/);
  });

  it.each<[string, object]>([
    ["additional properties 'replicas' not allowed", { replicas: 2 }],
    ["additional properties 'logLevle' not allowed", { config: { logLevle: 'info' } }],
    ["additional properties 'masterKey' not allowed", { config: { masterKey: 'secret' } }],
    ["additional properties 'masterKeyFile' not allowed", { config: { masterKeyFile: '/key' } }],
    ["additional properties 'host' not allowed", { config: { api: { host: '127.0.0.1' } } }],
    ['maximum: got 257, want 256', { config: { workers: 257 } }],
    ["value must be one of 'redis', 'embedded'", { store: { kind: 'postgres' } }],
  ])('refuses in helm lint as in every other command: %s', async (message, values) => {
    const files = ['--values', SMALLEST, '--values', writeValues(values)];
    for (const command of [
      ['lint', '--strict'],
      ['template', 'trial'],
    ]) {
      const { code, stdout, stderr } = await helm(...command, CHART, ...files);
      expect(code).not.toBe(0);
      expect(stdout + stderr).toContain(message);
    }
  });

  it('is checked against schemas that refuse what Kubernetes does not know', async () => {
    const schemas = schemaLocation(makeKubernetesSchemas());
    const args = ['-strict', '-schema-location', schemas];
    const text = await renderText(SMALLEST);
    for (const [right, wrong] of [
      ['enableServiceLinks:', 'enableServiceLink:'],
      ['periodSeconds: 10', 'periodSeconds: often'],
    ] as const) {
      const input = text.replace(right, wrong);
      expect(input).not.toBe(text);
      expect((await runCommand(KUBECONFORM, args, { input })).code).toBe(1);
    }
  });

  it('accepts the examples of docs/kubernetes.md', async () => {
    const page = readFileSync(path.join(CHART, '../docs/kubernetes.md'), 'utf8');
    const examples = [...page.matchAll(/^( *)```yaml\n(.*?)^ *```$/gms)].map(
      ([, indent = '', text = '']) =>
        parse(text.replaceAll(new RegExp(`^${indent}`, 'gm'), '')) as object,
    );
    expect(examples.length).toBeGreaterThan(3);
    const [first = {}] = examples;
    for (const example of examples) {
      const manifests = await renderChart(writeValues(first), writeValues(example));
      expect(manifests.length).toBeGreaterThan(6);
    }
  });

  it('replaces pods when settings change, and only then', async () => {
    const checksum = async (values: object) => {
      const manifests = await renderChart(SMALLEST, writeValues(values));
      const { annotations } = one(manifests, 'Deployment').spec.template.metadata;
      return annotations?.['checksum/settings'];
    };
    const first = await checksum({});
    expect(await checksum({ replicaCount: 5 })).toBe(first);
    expect(await checksum({ config: { logLevel: 'debug' } })).not.toBe(first);
  });

  it('writes large numbers without an exponent', async () => {
    expect(settingsOf(await renderChart(valuesFile('aws')))).toContain('"connectors": 1000000');
  });

  it('routes the host of publicUrl to the enrol Service by an Ingress', async () => {
    const ingress = one(await renderChart(valuesFile('aws')), 'Ingress');
    expect(ingress.spec.rules.map(({ host }) => host)).toEqual(['scep.example.com']);
  });

  it('uses a service account that is annotated for IRSA, or an existing one', async () => {
    const account = one(await renderChart(valuesFile('aws')), 'ServiceAccount');
    expect(account.metadata.annotations).toHaveProperty(['eks.amazonaws.com/role-arn']);
    const others = await renderChart(valuesFile('everything'));
    expect(ofKind(others, 'ServiceAccount')).toEqual([]);
    expect(podsOf(others)[0]?.serviceAccountName).toBe('scep');
  });

  it.each<[string, object]>([
    ['the API refuses every request', {}],
    ['devices cannot enrol while it is replaced', { replicaCount: 1 }],
    ['replies hold challenge passwords', { api: { service: { type: 'LoadBalancer' } } }],
    ['The master key is being changed', { masterKey: { other: { existingSecret: 'old' } } }],
  ])('notes that %s', async (note, values) => {
    const files = ['--values', SMALLEST, '--values', writeValues(values)];
    const { code, stdout, stderr } = await helm(
      ...['install', 'trial', CHART, '--dry-run=client', ...files],
    );
    expect(code, stderr).toBe(0);
    expect(stdout.slice(stdout.indexOf('NOTES:'))).toContain(note);
  });
});

/** The paths of all leaves, such as api.port. */
function pathsOf(value: unknown, prefix = ''): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [prefix];
  const point = prefix === '' ? '' : `${prefix}.`;
  return Object.entries(value).flatMap(([name, member]) => pathsOf(member, `${point}${name}`));
}
