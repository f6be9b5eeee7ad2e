import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ACMPCA } from '@aws-sdk/client-acm-pca';
import { beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment } from '../support/clients/aws-client.ts';
import { extensionValues, makeRequest, verifyChain } from '../support/clients/openssl.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { type CommandResult, runCommand } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

/** The directory of terraform-provider-aws. Without it vitest.soak.config.ts excludes this file. */
const PROVIDERS = path.resolve(process.env['TERRAFORM_PROVIDER_AWS'] ?? '');
const PROVIDER = path.join(PROVIDERS, 'terraform-provider-aws');
const CONFIGURATION = path.resolve(import.meta.dirname, 'terraform/main.tf');

/** The exit code of `terraform plan -detailed-exitcode`. */
const NO_CHANGES = 0;
const CHANGES = 2;

describe.runIf(requireClient('Terraform', ['terraform', PROVIDER], 'CONTRIBUTING.md'))(
  'Terraform',
  { timeout: 300_000 },
  () => {
    const directory = tempDirectory();
    const file = (name: string) => path.join(directory, name);
    let server: RunningConnector;
    let client: ACMPCA;
    let env: Readonly<Record<string, string>>;

    beforeAll(async () => {
      server = await startConnector();
      const { apiUrl, region, accessKeyId, secretAccessKey } = server.ready;
      const credentials = { accessKeyId, secretAccessKey };
      client = new ACMPCA({ endpoint: apiUrl, region, credentials });
      copyFileSync(CONFIGURATION, file('main.tf'));
      const { requestFile } = await makeRequest(directory, 'device', { subject: '/CN=device' });
      const overrides = `dev_overrides { "hashicorp/aws" = "${PROVIDERS}" }`;
      writeFileSync(
        file('terraform.rc'),
        `provider_installation {\n ${overrides}\n direct {}\n}\n`,
      );
      env = {
        ...awsEnvironment(server.ready),
        // The configuration sets the endpoints.
        ...{
          AWS_ENDPOINT_URL: '',
          TF_CLI_CONFIG_FILE: file('terraform.rc'),
          TF_IN_AUTOMATION: '1',
        },
        ...{ TF_CLI_ARGS: '-no-color', TF_INPUT: '0', CHECKPOINT_DISABLE: '1' },
        ...{ TF_VAR_endpoint: apiUrl, TF_VAR_csr: requestFile },
      };
    });

    function terraform(command: string, ...args: readonly string[]): Promise<CommandResult> {
      const options = { cwd: directory, env, timeoutMs: 240_000 };
      return runCommand('terraform', [command, ...args], options);
    }

    async function run(command: string, ...args: readonly string[]): Promise<string> {
      const { code, stdout, stderr } = await terraform(command, ...args);
      expect({ command, code, stderr: code === 0 ? '' : stderr + stdout }).toEqual({
        ...{ command, code: 0, stderr: '' },
      });
      return stdout;
    }

    const apply = (...args: readonly string[]) => run('apply', '-auto-approve', ...args);

    async function expectPlan(code: number, ...args: readonly string[]): Promise<void> {
      const plan = await terraform('plan', '-detailed-exitcode', ...args);
      expect({ code: plan.code, text: plan.stdout + plan.stderr }).toEqual({
        ...{ code, text: expect.any(String) as string },
      });
    }

    async function output(name: string): Promise<Record<string, string>> {
      return JSON.parse(await run('output', '-json', name)) as Record<string, string>;
    }

    const text = async (name: string) => String(await output(name));

    const describeAuthority = async (arn: string) => {
      const { CertificateAuthority: authority } = await client.describeCertificateAuthority({
        CertificateAuthorityArn: arn,
      });
      return authority ?? {};
    };

    it('makes a hierarchy and a certificate, and then finds nothing to change', async () => {
      await apply();
      await expectPlan(NO_CHANGES);
      expect(await text('account')).toBe(server.ready.accountId);
      const { certificate = '', certificate_chain = '' } = await output('device');
      writeFileSync(file('root.pem'), await text('root'));
      writeFileSync(file('device.pem'), certificate);
      writeFileSync(file('chain.pem'), certificate_chain);
      expect(await verifyChain(file('device.pem'), file('root.pem'), file('chain.pem'))).toBe(
        `${file('device.pem')}: OK`,
      );
      expect(await extensionValues(file('device.pem'), 'subjectAltName')).toEqual([
        ...['DNS:device-1.example', 'IP Address:192.0.2.1'],
      ]);
      expect(await output('devices')).toMatchObject({
        ...{ type: 'SUBORDINATE', usage_mode: 'SHORT_LIVED_CERTIFICATE' },
        ...{ certificate_chain: await text('root') },
      });
    });

    it('changes what can be changed, once', async () => {
      const changes = ['-var=enabled=false', '-var=ocsp=false', '-var=tags={"env":"test"}'];
      await expectPlan(CHANGES, ...changes);
      expect(await apply(...changes)).toContain('0 added, 2 changed, 0 destroyed');
      await expectPlan(NO_CHANGES, ...changes);
      const CertificateAuthorityArn = await text('root_arn');
      const { Tags } = await client.listTags({ CertificateAuthorityArn });
      expect(Tags).toEqual([{ Key: 'env', Value: 'test' }]);
      expect(await describeAuthority(await text('devices_arn'))).toMatchObject({
        ...{
          Status: 'DISABLED',
          RevocationConfiguration: { OcspConfiguration: { Enabled: false } },
        },
      });
      expect(await apply()).toContain('0 added, 2 changed, 0 destroyed');
      await expectPlan(NO_CHANGES);
    });

    it('imports a CA that it did not make', async () => {
      const arn = await text('root_arn');
      const address = 'aws_acmpca_certificate_authority.root';
      await run('state', 'rm', address);
      await run('import', address, arn);
      // Only the configuration holds the days of a deletion.
      await apply();
      await expectPlan(NO_CHANGES);
    });

    it('makes again what was deleted elsewhere', async () => {
      await client.deletePolicy({ ResourceArn: await text('root_arn') });
      await client.deletePermission({
        CertificateAuthorityArn: await text('devices_arn'),
        Principal: 'acm.amazonaws.com',
      });
      await expectPlan(CHANGES);
      expect(await apply()).toContain('2 added, 0 changed, 0 destroyed');
      await expectPlan(NO_CHANGES);
    });

    it('destroys everything', async () => {
      const arns = [await text('root_arn'), await text('devices_arn')];
      await run('destroy', '-auto-approve');
      for (const arn of arns) {
        const { Status, RestorableUntil, LastStateChangeAt } = await describeAuthority(arn);
        expect(Status).toBe('DELETED');
        const days = Number(RestorableUntil) - Number(LastStateChangeAt);
        expect(Math.round(days / 86_400_000)).toBe(7);
      }
    });
  },
);
