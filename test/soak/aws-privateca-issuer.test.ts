import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { MINUTE_MS } from '../../src/durations.ts';
import { type AwsAccess, awsEnvironment } from '../support/clients/aws-client.ts';
import {
  certificateSerial,
  certificateText,
  extensionValues,
  verifyChain,
} from '../support/clients/openssl.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { runOrThrow } from '../support/clients/run-command.ts';
import { runProgram } from '../support/clients/run-program.ts';
import { startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

/**
 * A program of test/soak/go/aws-privateca-issuer: the controllers of aws-privateca-issuer, fed with
 * requests in cert-manager's form.
 */
const ISSUER_CONTROLLERS = path.resolve(
  import.meta.dirname,
  '../../.cache/go/bin/aws-privateca-issuer-on-manifests',
);

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The result of applying a manifest. A Certificate becomes a CertificateRequest. */
interface Applied {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly conditions?: readonly Condition[];
    /** PEM in base64: the certificate and the CAs above it, without the root. */
    readonly certificate?: string;
    /** PEM in base64: the root. */
    readonly ca?: string;
  };
}

const NAMESPACE = 'lab';
const SECRET = { name: 'credentials', namespace: NAMESPACE };
const ISSUER_GROUP = 'awspca.cert-manager.io';

const CERTIFICATE_ARN = 'aws-privateca-issuer/certificate-arn';

describe.runIf(requireClient('aws-privateca-issuer', [ISSUER_CONTROLLERS], 'test/soak/install.sh'))(
  'aws-privateca-issuer of cert-manager',
  () => {
    const directory = tempDirectory();
    const file = (name: string) => path.join(directory, name);
    let access: AwsAccess;
    /** The root that `dev` makes. */
    let root: string;
    /** A CA of the third level that may have one more below it. */
    let issuing: string;

    beforeAll(async () => {
      const { ready } = await startConnector();
      access = ready;
      root = ready.certificateAuthorityArn;
      const key = ['--key-algorithm', 'EC_prime256v1'];
      const top = await ca('create', '--root', '--subject', 'CN=Root', ...key);
      const below = (parent: string, name: string, ...limits: readonly string[]) =>
        ca(
          ...['create', '--subordinate', '--parent', parent, '--subject', `CN=${name}`],
          ...['--crl', '--ocsp', ...key, ...limits],
        );
      const middle = await below(top, 'Middle', '--path-length', '2');
      issuing = await below(middle, 'Issuing', '--path-length', '1', '--validity', '1y');
    });

    async function ca(...args: readonly string[]): Promise<string> {
      const { code, stdout, stderr } = await runProgram(['ca', ...args], awsEnvironment(access));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout.trim();
    }

    async function apply(issuer: object, requested: object): Promise<Applied> {
      const applied = await applyManifests(access, [secretManifest(access), issuer, requested]);
      return applied[2] ?? { metadata: { name: 'gone' } };
    }

    const request = (name: string, spec: object = {}, arn = issuing) =>
      apply(issuerManifest(access, arn), certificateManifest(name, spec));

    /**
     * The file of the certificate, after openssl has verified its chain up to the root that the
     * issuer returned.
     */
    async function verified(requested: Applied): Promise<string> {
      expect(readyCondition(requested)).toMatchObject({ status: 'True', reason: 'Issued' });
      const { metadata, status } = requested;
      const [leaf, top] = [file(`${metadata.name}.pem`), file(`${metadata.name}-root.pem`)];
      writeFileSync(leaf, atob(status?.certificate ?? ''));
      writeFileSync(top, atob(status?.ca ?? ''));
      expect(await verifyChain(leaf, top, leaf)).toBe(`${leaf}: OK`);
      return leaf;
    }

    it.each([
      ['client auth', 'TLS Web Client Authentication'],
      ['server auth', 'TLS Web Server Authentication'],
      ['code signing', 'Code Signing'],
      ['ocsp signing', 'OCSP Signing'],
    ])('gets a certificate for %s alone', async (usage, extendedKeyUsage) => {
      const leaf = await verified(await request(usage.replace(' ', '-'), { usages: [usage] }));
      expect(await extensionValues(leaf, 'extendedKeyUsage')).toEqual([extendedKeyUsage]);
      expect(await extensionValues(leaf, 'basicConstraints')).toEqual(['CA:FALSE']);
    });

    it.each([
      ['rsa', { algorithm: 'RSA', size: 2048 }, 'rsaEncryption'],
      ['ecdsa', { algorithm: 'ECDSA', size: 384 }, 'id-ecPublicKey'],
    ])(
      'gets a certificate of an %s key for client and server, in four levels',
      async (name, privateKey, algorithm) => {
        const spec = { privateKey, usages: ['server auth', 'client auth'], duration: '1h' };
        // Certificates have whole seconds.
        const from = Date.now() - 1_000;
        const requested = await request(name, spec);
        const to = Date.now() + 1_000;
        const leaf = await verified(requested);
        const text = await certificateText(leaf);
        expect(text).toContain(`Public Key Algorithm: ${algorithm}`);
        expect(text).toContain(`DNS:${name}.example`);
        expect(await extensionValues(leaf, 'extendedKeyUsage')).toEqual([
          ...['TLS Web Server Authentication', 'TLS Web Client Authentication'],
        ]);
        const chain = atob(requested.status?.certificate ?? '');
        expect(chain.match(/-----BEGIN CERTIFICATE-----/g)).toHaveLength(3);
        const { notBefore, notAfter } = await validityOf(leaf);
        // By default the issuer starts validity a quarter of an hour earlier.
        for (const issued of [notBefore + 15 * MINUTE_MS, notAfter - 60 * MINUTE_MS]) {
          expect(issued).toBeGreaterThanOrEqual(from);
          expect(issued).toBeLessThanOrEqual(to);
        }
      },
    );

    it('gets other usages as requested', async () => {
      const leaf = await verified(
        await request('blank', {
          usages: ['digital signature', 'key agreement', 'email protection'],
          ...{ emailAddresses: ['alice@example.com'], ipAddresses: ['192.0.2.1'] },
          ...{ uris: ['spiffe://example.com/alice'], privateKey: { algorithm: 'ECDSA' } },
        }),
      );
      expect(await extensionValues(leaf, 'keyUsage')).toEqual([
        ...['Digital Signature', 'Key Agreement'],
      ]);
      expect(await extensionValues(leaf, 'extendedKeyUsage')).toEqual(['E-mail Protection']);
      const names = await extensionValues(leaf, 'subjectAltName');
      expect(names.toSorted()).toEqual([
        ...['DNS:blank.example', 'IP Address:192.0.2.1'],
        ...['URI:spiffe://example.com/alice', 'email:alice@example.com'],
      ]);
    });

    it('gets a certificate with alternative names only', async () => {
      const leaf = await verified(await request('nameless', { commonName: '' }));
      expect(await certificateText(leaf)).toContain('X509v3 Subject Alternative Name: critical');
    });

    it('gets a CA certificate', async () => {
      const leaf = await verified(await request('ca', { isCA: true, usages: ['cert sign'] }));
      expect(await extensionValues(leaf, 'basicConstraints')).toEqual(['CA:TRUE', 'pathlen:0']);
    });

    it('gets a certificate of a root from a cluster issuer with its own template', async () => {
      const template = 'EndEntityClientAuthCertificate/V1';
      const issuer = clusterIssuerManifest(access, root, template);
      const requested = certificateManifest('cluster', {}, 'AWSPCAClusterIssuer');
      const leaf = await verified(await apply(issuer, requested));
      expect(await extensionValues(leaf, 'extendedKeyUsage')).toEqual([
        'TLS Web Client Authentication',
      ]);
    });

    it('gets one certificate for a request that is signed again after a crash', async () => {
      const first = await request('crash', { duration: '2h' });
      const arn = first.metadata.annotations?.[CERTIFICATE_ARN] ?? '';
      const second = await apply(issuerManifest(access, issuing), requestManifest(first));
      expect(second.metadata.annotations?.[CERTIFICATE_ARN]).toBe(arn);
      const serial = await certificateSerial(await verified(second));
      expect(arn.toUpperCase().endsWith(`/${serial}`)).toBe(true);
    });

    const failure = async (requested: Promise<Applied>) => {
      const { status, reason, message = '' } = readyCondition(await requested) ?? {};
      expect({ status, reason }).toEqual({ status: 'False', reason: 'Failed' });
      return message;
    };

    it('reports a CA that is disabled, does not exist, or belongs to another account', async () => {
      await ca('disable', issuing);
      expect(await failure(request('disabled'))).toContain(
        'InvalidStateException: The certificate authority is not in a valid state for issuing certificates',
      );
      await ca('enable', issuing);
      await verified(await request('enabled'));
      const nowhere = issuing.replace(/[0-9a-f]{8}-/, '00000000-');
      expect(await failure(request('nowhere', {}, nowhere))).toContain('ResourceNotFoundException');
      const foreign = issuing.replace(/:\d{12}:/, ':999999999999:');
      expect(await failure(request('foreign', {}, foreign))).toContain('ResourceNotFoundException');
    });

    it('reports a certificate that would outlive its CA', async () => {
      expect(await failure(request('long', { duration: '876000h' }))).toContain(
        'The certificate validity specified exceeds the certificate authority validity',
      );
    });

    it('does not become ready with a wrong secret', async () => {
      const secret = secretManifest({ ...access, secretAccessKey: 'the secret of somebody else' });
      const issuer = issuerManifest(access, issuing);
      const manifests = [secret, issuer, certificateManifest('waiting')];
      const [, made, requested] = (await applyManifests(access, manifests)).map(readyCondition);
      expect(made).toMatchObject({
        ...{ status: 'False', reason: 'Error' },
        message: expect.stringMatching(/^SignatureDoesNotMatch: /) as string,
      });
      expect(requested).toMatchObject({ reason: 'Pending', message: 'issuer is not ready' });
    });
  },
);

/** Milliseconds since the epoch. */
async function validityOf(certificateFile: string) {
  const { stdout } = await runOrThrow('openssl', [
    ...['x509', '-in', certificateFile, '-noout', '-startdate', '-enddate'],
  ]);
  const [notBefore = Number.NaN, notAfter = Number.NaN] = [...stdout.matchAll(/=(.*)$/gm)].map(
    ([, text = '']) => Date.parse(text),
  );
  return { notBefore, notAfter };
}

/** The Secret with the access key, which issuers name. */
function secretManifest({ accessKeyId, secretAccessKey }: AwsAccess): object {
  const data = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  return {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: SECRET },
    data: Object.fromEntries(Object.entries(data).map(([name, text]) => [name, btoa(text)])),
  };
}

/** An issuer named private-ca. */
function issuerManifest({ region }: AwsAccess, authorityArn: string): object {
  return {
    ...{ apiVersion: `${ISSUER_GROUP}/v1beta1`, kind: 'AWSPCAIssuer' },
    metadata: { name: 'private-ca', namespace: NAMESPACE },
    spec: { arn: authorityArn, region, secretRef: SECRET },
  };
}

/**
 * A cluster issuer named private-ca. It uses the access key of the environment and one template.
 */
function clusterIssuerManifest(
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

/** @param spec of a Certificate, besides the names that come from `name` and the issuer */
function certificateManifest(
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

/** The request as cert-manager finds it after a crash: before the issuer's controllers saw it. */
function requestManifest({ metadata, spec }: Applied): object {
  return {
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', spec },
    metadata: { name: metadata.name, namespace: NAMESPACE },
    status: { conditions: [{ type: 'Approved', status: 'True' }] },
  };
}

/**
 * Runs the controllers on the manifests in order, until there is nothing left to do.
 * @throws Error when the manifests cannot be read
 */
async function applyManifests(
  access: AwsAccess,
  manifests: readonly object[],
): Promise<readonly Applied[]> {
  const input = manifests.map((each) => stringify(each)).join('---\n');
  const options = { env: awsEnvironment(access), input, timeoutMs: 300_000 };
  const { stdout } = await runOrThrow(ISSUER_CONTROLLERS, [], options);
  return JSON.parse(stdout) as Applied[];
}

function readyCondition({ status }: Applied): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}
