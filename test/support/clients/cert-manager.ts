import path from 'node:path';
import { stringify } from 'yaml';
import { type AwsAccess, awsEnvironment } from './aws-client.ts';
import { runOrThrow } from './run-command.ts';

/** The controllers of aws-privateca-issuer, and requests as cert-manager makes them: test/soak/go/aws-privateca-issuer. */
export const ISSUER_CONTROLLERS = path.resolve(
  import.meta.dirname,
  '../../../.cache/go/bin/aws-privateca-issuer-on-manifests',
);

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What has become of a manifest; a Certificate has become a CertificateRequest. */
export interface Applied {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly conditions?: readonly Condition[];
    /** PEM in base64: the certificate and the CAs above it, but for the root. */
    readonly certificate?: string;
    /** PEM in base64: the root. */
    readonly ca?: string;
  };
}

const NAMESPACE = 'lab';
const SECRET = { name: 'credentials', namespace: NAMESPACE };
const ISSUER_GROUP = 'awspca.cert-manager.io';

/** The Secret with the access key that issuers name. */
export function secretManifest({ accessKeyId, secretAccessKey }: AwsAccess): object {
  const data = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  return {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: SECRET },
    data: Object.fromEntries(Object.entries(data).map(([name, text]) => [name, btoa(text)])),
  };
}

/** An issuer called private-ca. */
export function issuerManifest({ region }: AwsAccess, authorityArn: string): object {
  return {
    ...{ apiVersion: `${ISSUER_GROUP}/v1beta1`, kind: 'AWSPCAIssuer' },
    metadata: { name: 'private-ca', namespace: NAMESPACE },
    spec: { arn: authorityArn, region, secretRef: SECRET },
  };
}

/** A cluster's issuer called private-ca, of the access key in the environment, which issues by one template alone. */
export function clusterIssuerManifest(
  { region }: AwsAccess,
  authorityArn: string,
  defaultTemplateName: string,
): object {
  return {
    ...{ apiVersion: `${ISSUER_GROUP}/v1beta1`, kind: 'AWSPCAClusterIssuer' },
    metadata: { name: 'private-ca' },
    spec: { arn: authorityArn, region, pcaTemplate: { defaultTemplateName } },
  };
}

/** @param spec of a Certificate, beside the names that are made of `name` and the issuer */
export function certificateManifest(
  name: string,
  spec: object = {},
  issuerKind: 'AWSPCAIssuer' | 'AWSPCAClusterIssuer' = 'AWSPCAIssuer',
): object {
  return {
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
    metadata: { name, namespace: NAMESPACE },
    spec: {
      ...{ secretName: name, commonName: name, dnsNames: [`${name}.example`] },
      issuerRef: { group: ISSUER_GROUP, kind: issuerKind, name: 'private-ca' },
      ...spec,
    },
  };
}

/** What cert-manager finds after a crash: the request as it was before the issuer's controllers saw it. */
export function requestManifest({ metadata, spec }: Applied): object {
  return {
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', spec },
    metadata: { name: metadata.name, namespace: NAMESPACE },
    status: { conditions: [{ type: 'Approved', status: 'True' }] },
  };
}

/** Has the controllers work on the manifests in their order, until they want no more. @throws Error when they cannot be read */
export async function applyManifests(
  access: AwsAccess,
  manifests: readonly object[],
): Promise<readonly Applied[]> {
  const input = manifests.map((each) => stringify(each)).join('---\n');
  const options = { env: awsEnvironment(access), input, timeoutMs: 300_000 };
  const { stdout } = await runOrThrow(ISSUER_CONTROLLERS, [], options);
  return JSON.parse(stdout) as Applied[];
}

export function readyCondition({ status }: Applied): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}
