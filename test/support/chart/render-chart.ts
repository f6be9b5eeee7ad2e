import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { type CommandResult, runCommand, runOrThrow } from '../clients/run-command.ts';
import { tempDirectory } from '../servers/temp-directory.ts';
import { CHART } from './chart-values.ts';

const BIN = path.resolve(import.meta.dirname, '../../../.cache/go/bin');
export const HELM = path.join(BIN, 'helm');
export const KUBECONFORM = path.join(BIN, 'kubeconform');

/** The parts of a pod of the chart that tests look at. */
export interface PodSpec {
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly automountServiceAccountToken: boolean;
  readonly serviceAccountName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly topologySpreadConstraints?: readonly {
    readonly labelSelector: { readonly matchLabels: Labels };
  }[];
}

type Labels = Readonly<Record<string, string>>;

interface Container {
  readonly image: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: { readonly requests: Readonly<Record<string, string>> };
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: {
    readonly secretName: string;
    readonly defaultMode: number;
    readonly items: readonly { readonly key: string; readonly path: string }[];
  };
}

/** A Kubernetes object. Its kind decides which members it has. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Labels;
    readonly annotations?: Labels;
  };
  readonly data: Readonly<Record<string, string>>;
  readonly spec: PodSpec & {
    readonly template: { readonly metadata: Manifest['metadata']; readonly spec: PodSpec };
    readonly selector: Labels & { readonly matchLabels: Labels };
    readonly ports: readonly { readonly port: number; readonly targetPort: string }[];
    readonly rules: readonly { readonly host: string }[];
    readonly type: string;
    readonly replicas: number;
  };
}

/** The path of the file of helm/ci with this name. */
export function valuesFile(name: string): string {
  return path.join(CHART, 'ci', `${name}-values.yaml`);
}

/** Writes a file with these values. */
export function writeValues(values: object): string {
  const file = path.join(tempDirectory(), 'values.yaml');
  writeFileSync(file, stringify(values));
  return file;
}

/**
 * Runs helm with an empty home, so that no settings of this machine reach it, and without a
 * cluster.
 */
export function helm(...args: readonly string[]): Promise<CommandResult> {
  return runCommand(HELM, args, { env: { HOME: tempDirectory(), KUBECONFIG: '/dev/null' } });
}

/**
 * What `helm template` prints for values files; a later file overrides an earlier one.
 * @throws Error when helm refuses them
 */
export async function renderText(...files: readonly string[]): Promise<string> {
  const values = files.flatMap((file) => ['--values', file]);
  const args = ['template', 'trial', CHART, '--namespace', 'pki', ...values];
  return (await runOrThrow(HELM, args)).stdout;
}

/** The same, parsed. Kubernetes reads YAML 1.1, in which 0440 is octal. */
export async function renderChart(...files: readonly string[]): Promise<readonly Manifest[]> {
  const documents = parseAllDocuments(await renderText(...files), { version: '1.1' });
  if ('empty' in documents) return [];
  return documents
    .map((document) => document.toJS() as Manifest | null)
    .filter((one) => one !== null);
}

export function ofKind(manifests: readonly Manifest[], kind: string): readonly Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

/** The first object of its kind. */
export function one(manifests: readonly Manifest[], kind: string): Manifest {
  const [manifest] = ofKind(manifests, kind);
  if (manifest === undefined) throw new Error(`there is no ${kind}`);
  return manifest;
}

/** The pod of the Deployment first, then the other pods. */
export function podsOf(manifests: readonly Manifest[]): readonly PodSpec[] {
  const pods = ofKind(manifests, 'Pod').map(({ spec }) => spec);
  return [one(manifests, 'Deployment').spec.template.spec, ...pods];
}

/** The settings file of the server. */
export function settingsOf(manifests: readonly Manifest[]): string {
  const found = ofKind(manifests, 'ConfigMap').find(({ data }) => 'scep-connector.yaml' in data);
  return found?.data['scep-connector.yaml'] ?? '';
}
