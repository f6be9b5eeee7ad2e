import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  TEMPLATE_FAMILIES,
  type TemplateFamily,
} from '../../src/private-ca/issuing/template-families.ts';
import { AWS } from '../support/clients/aws-cli-client.ts';
import { awsEnvironment } from '../support/clients/aws-client.ts';
import { verifyChain } from '../support/clients/openssl.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

/** The files that the user guide of AWS Private CA tells its readers to make. */
const FILES = {
  'ca_config.txt': {
    ...{ KeyAlgorithm: 'RSA_2048', SigningAlgorithm: 'SHA256WITHRSA' },
    Subject: {
      ...{ Country: 'US', Organization: 'Example Corp', OrganizationalUnit: 'Sales' },
      ...{ State: 'WA', Locality: 'Seattle', CommonName: 'www.example.com' },
    },
  },
  'sub_config.txt': {
    ...{ KeyAlgorithm: 'RSA_2048', SigningAlgorithm: 'SHA256WITHRSA' },
    Subject: { Country: 'US', Organization: 'Example Corp', CommonName: 'Subordinate' },
  },
  'revoke_config.txt': {
    CrlConfiguration: {
      ...{ Enabled: true, ExpirationInDays: 7, S3BucketName: 'amzn-s3-demo-bucket' },
    },
    OcspConfiguration: { Enabled: true },
  },
  'ca_passthrough.txt': {
    Extensions: { KeyUsage: { KeyCertSign: true, CRLSign: true, DigitalSignature: true } },
  },
};

describe.runIf(requireClient('AWS CLI', [AWS], 'test/install-aws-clients.sh'))(
  'the AWS CLI, following the user guide of AWS Private CA',
  () => {
    const cwd = tempDirectory();
    const file = (name: string) => path.join(cwd, name);
    let server: RunningConnector;
    let env: Record<string, string>;

    beforeAll(async () => {
      server = await startConnector();
      const found = `${path.dirname(AWS)}:${process.env['PATH'] ?? ''}`;
      env = { ...awsEnvironment(server.ready), PATH: found };
      for (const [name, content] of Object.entries(FILES)) {
        writeFileSync(file(name), JSON.stringify(content));
      }
    });
    afterAll(() => server.stop());

    const attempt = (command: string) =>
      runCommand('bash', ['-euo', 'pipefail', '-c', command], { cwd, env, timeoutMs: 120_000 });

    /**
     * Runs a shell command that must succeed and returns what it prints. Variables of earlier
     * commands stay set.
     */
    async function sh(command: string): Promise<string> {
      const { code, stdout, stderr } = await attempt(command);
      expect({ command, code, stderr: code === 0 ? '' : stderr }).toEqual({
        ...{ command, code: 0, stderr: '' },
      });
      return stdout.trim();
    }

    async function set(name: string, command: string): Promise<string> {
      const value = await sh(command);
      env = { ...env, [name]: value };
      return value;
    }

    const statusOf = (ca: string) =>
      sh(
        `aws acm-pca describe-certificate-authority --certificate-authority-arn "$${ca}" --query CertificateAuthority.Status --output text`,
      );

    it('creates and activates a root CA', async () => {
      await set(
        'ROOT',
        `aws acm-pca create-certificate-authority \
          --certificate-authority-configuration file://ca_config.txt \
          --revocation-configuration file://revoke_config.txt \
          --certificate-authority-type "ROOT" --idempotency-token 01234567 \
          --tags Key=Name,Value=MyPCA --query CertificateAuthorityArn --output text`,
      );
      await sh(
        'aws acm-pca wait certificate-authority-csr-created --certificate-authority-arn "$ROOT"',
      );
      await sh(
        'aws acm-pca get-certificate-authority-csr --certificate-authority-arn "$ROOT" --output text > ca.csr',
      );
      expect(await sh('openssl req -text -noout -verify -in ca.csr 2>&1')).toContain(
        'C = US, O = Example Corp, OU = Sales, ST = WA, CN = www.example.com, L = Seattle',
      );
      await set(
        'ROOT_CERTIFICATE',
        `aws acm-pca issue-certificate --certificate-authority-arn "$ROOT" --csr file://ca.csr \
          --signing-algorithm SHA256WITHRSA \
          --template-arn arn:aws:acm-pca:::template/RootCACertificate/V1 \
          --validity Value=3650,Type=DAYS --query CertificateArn --output text`,
      );
      await sh(
        'aws acm-pca wait certificate-issued --certificate-authority-arn "$ROOT" --certificate-arn "$ROOT_CERTIFICATE"',
      );
      await sh(
        'aws acm-pca get-certificate --certificate-authority-arn "$ROOT" --certificate-arn "$ROOT_CERTIFICATE" --output text > root.pem',
      );
      await sh(
        'aws acm-pca import-certificate-authority-certificate --certificate-authority-arn "$ROOT" --certificate file://root.pem',
      );
      expect(await statusOf('ROOT')).toBe('ACTIVE');
      expect(await verifyChain(file('root.pem'), file('root.pem'))).toMatch(/OK$/);
    });

    it('creates and activates a subordinate CA', async () => {
      await set(
        'SUB',
        `aws acm-pca create-certificate-authority \
          --certificate-authority-configuration file://sub_config.txt \
          --revocation-configuration file://revoke_config.txt \
          --certificate-authority-type "SUBORDINATE" --query CertificateAuthorityArn --output text`,
      );
      await sh(
        'aws acm-pca wait certificate-authority-csr-created --certificate-authority-arn "$SUB"',
      );
      await sh(
        'aws acm-pca get-certificate-authority-csr --certificate-authority-arn "$SUB" --output text > sub.csr',
      );
      await set(
        'SUB_CERTIFICATE',
        `aws acm-pca issue-certificate --certificate-authority-arn "$ROOT" --csr fileb://sub.csr \
          --signing-algorithm SHA256WITHRSA \
          --template-arn arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1 \
          --validity Value=1825,Type=DAYS --query CertificateArn --output text`,
      );
      for (const [member, name] of [
        ['Certificate', 'sub.pem'],
        ['CertificateChain', 'chain.pem'],
      ]) {
        await sh(
          `aws acm-pca get-certificate --certificate-authority-arn "$ROOT" --certificate-arn "$SUB_CERTIFICATE" --query ${member} --output text > ${name}`,
        );
      }
      await sh(
        `aws acm-pca import-certificate-authority-certificate --certificate-authority-arn "$SUB" \
          --certificate fileb://sub.pem --certificate-chain fileb://chain.pem`,
      );
      expect(await statusOf('SUB')).toBe('ACTIVE');
      expect(await verifyChain(file('sub.pem'), file('root.pem'))).toMatch(/OK$/);
    });

    /** One template of the family, and what else the request needs. */
    function variant({ name, varieties, ca, selfSigned }: TemplateFamily) {
      const csr = selfSigned ? 'ca.csr' : 'device.csr';
      if (varieties.includes('base')) return { template: name, options: '', csr };
      // A blank certificate gets its purposes only from what is passed through.
      const options = ca ? '--api-passthrough file://ca_passthrough.txt' : '';
      return { template: `${name}_APIPassthrough`, options, csr };
    }

    it('issues certificates of each template family', async () => {
      await sh(
        'openssl req -new -newkey rsa:2048 -nodes -sha256 -subj "/O=Example Corp/CN=device" -keyout device.key -out device.csr',
      );
      for (const family of TEMPLATE_FAMILIES) {
        const { template, options, csr } = variant(family);
        await set(
          'CERTIFICATE',
          `aws acm-pca issue-certificate --certificate-authority-arn "$ROOT" --csr fileb://${csr} \
            --signing-algorithm SHA256WITHRSA ${options} \
            --template-arn arn:aws:acm-pca:::template/${template}/V1 \
            --validity Value=30,Type=DAYS --query CertificateArn --output text`,
        );
        await sh(
          'aws acm-pca get-certificate --certificate-authority-arn "$ROOT" --certificate-arn "$CERTIFICATE" --query Certificate --output text > certificate.pem',
        );
        const anchor = file(family.selfSigned ? 'certificate.pem' : 'root.pem');
        const verified = await verifyChain(file('certificate.pem'), anchor);
        expect({ template, verified }).toEqual({
          ...{ template, verified: expect.stringMatching(/OK$/) as string },
        });
      }
    });

    it('revokes a certificate, and the CRL and OCSP report it', async () => {
      await set(
        'LEAF',
        `aws acm-pca issue-certificate --certificate-authority-arn "$SUB" --csr fileb://device.csr \
          --signing-algorithm SHA256WITHRSA --validity Value=30,Type=DAYS \
          --idempotency-token 1234 --query CertificateArn --output text`,
      );
      await sh(
        'aws acm-pca get-certificate --certificate-authority-arn "$SUB" --certificate-arn "$LEAF" --query Certificate --output text > leaf.pem',
      );
      expect(await isRevoked()).toEqual({ crl: false, ocsp: false });
      await sh(
        `serial=$(openssl x509 -in leaf.pem -noout -serial | cut -d= -f2 | sed 's/../&:/g;s/:$//')
        aws acm-pca revoke-certificate --certificate-authority-arn "$SUB" \
          --certificate-serial "$serial" --revocation-reason "KEY_COMPROMISE"`,
      );
      expect(await isRevoked()).toEqual({ crl: true, ocsp: true });
    });

    /** Asked by openssl, with the URLs in the certificates. */
    async function isRevoked(): Promise<{ crl: boolean; ocsp: boolean }> {
      for (const name of ['leaf', 'sub']) {
        const text = await sh(`openssl x509 -in ${name}.pem -noout -ext crlDistributionPoints`);
        const [, url = ''] = /URI:(\S+)/.exec(text) ?? [];
        const answer = await fetch(url);
        expect({ url, status: answer.status }).toEqual({ url, status: 200 });
        writeFileSync(file(`${name}.crl`), Buffer.from(await answer.arrayBuffer()));
        await sh(`openssl crl -inform DER -in ${name}.crl -out ${name}.crl.pem`);
      }
      await sh('cat leaf.crl.pem sub.crl.pem > all.crl.pem');
      const verified = await attempt(
        'openssl verify -x509_strict -crl_check_all -CRLfile all.crl.pem -CAfile root.pem -untrusted sub.pem leaf.pem 2>&1',
      );
      expect(verified.stdout).toMatch(verified.code === 0 ? /OK/ : /certificate revoked/);
      const asked = await sh(
        'openssl ocsp -issuer sub.pem -cert leaf.pem -url "$(openssl x509 -in leaf.pem -noout -ocsp_uri)" -CAfile root.pem -verify_other sub.pem 2>&1',
      );
      expect(asked).toContain('Response verify OK');
      expect(asked).toMatch(/leaf\.pem: (good|revoked)/);
      return { crl: verified.code !== 0, ocsp: asked.includes('leaf.pem: revoked') };
    }

    it('gets an audit report that names the revoked certificate', async () => {
      const created = await sh(
        `aws acm-pca create-certificate-authority-audit-report --certificate-authority-arn "$SUB" \
          --s3-bucket-name amzn-s3-demo-bucket --audit-report-response-format JSON \
          --query "[AuditReportId, S3Key]" --output text`,
      );
      const [id = '', key = ''] = created.split(/\s+/);
      await sh(
        `aws acm-pca wait audit-report-created --certificate-authority-arn "$SUB" --audit-report-id ${id}`,
      );
      // Replaces S3, as docs/audit-reports.md describes.
      const report = await sh(
        `curl -sSf --aws-sigv4 aws:amz:us-east-1:acm-pca --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "$AWS_ENDPOINT_URL/${key}"`,
      );
      expect(JSON.parse(report)).toEqual([
        expect.objectContaining({
          ...{ certificateArn: env['LEAF'], subject: 'CN=device,O=Example Corp' },
          ...{ revokedAt: expect.any(String) as string, revocationReason: 'KEY_COMPROMISE' },
        }),
      ]);
    });

    it('disables, deletes, restores and enables a CA', async () => {
      const update = (status: string) =>
        sh(
          `aws acm-pca update-certificate-authority --certificate-authority-arn "$SUB" --status "${status}"`,
        );
      await update('DISABLED');
      const refused = await attempt(
        'aws acm-pca issue-certificate --certificate-authority-arn "$SUB" --csr fileb://device.csr --signing-algorithm SHA256WITHRSA --validity Value=1,Type=DAYS',
      );
      expect(refused).toMatchObject({ code: 255 });
      expect(refused.stderr).toContain(
        'An error occurred (InvalidStateException) when calling the IssueCertificate operation: The certificate authority is not in a valid state for issuing certificates',
      );
      await sh(
        'aws acm-pca delete-certificate-authority --certificate-authority-arn "$SUB" --permanent-deletion-time-in-days 16',
      );
      expect(await statusOf('SUB')).toBe('DELETED');
      await sh('aws acm-pca restore-certificate-authority --certificate-authority-arn "$SUB"');
      expect(await statusOf('SUB')).toBe('DISABLED');
      await update('ACTIVE');
      expect(await statusOf('SUB')).toBe('ACTIVE');
      const listed = await sh(
        'aws acm-pca list-certificate-authorities --max-items 10 --query "CertificateAuthorities[].Arn" --output text',
      );
      expect(listed).toContain(env['SUB']);
    });
  },
);
