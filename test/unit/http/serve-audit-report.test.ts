import { afterAll, beforeAll, expect, it } from 'vitest';
import { parsePolicy } from '../../../src/aws-wire/policy/parse-policy.ts';
import { serveAuditReport } from '../../../src/http/serve-audit-report.ts';
import { servePrivateCa } from '../../../src/http/serve-private-ca.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../src/private-ca/activate-root.ts';
import { requireClient } from '../../support/clients/require-client.ts';
import { runCommand } from '../../support/clients/run-command.ts';
import { TEST_ACCESS_KEY } from '../../support/clients/sign-request.ts';
import { openTestPrivateCa } from '../../support/servers/open-test-private-ca.ts';
import { type RunningApi, startApi } from '../../support/servers/start-api.ts';

const { accountId } = TEST_ACCESS_KEY;
const REPORT_ACTION = 'acm-pca:DescribeCertificateAuthorityAuditReport';
let api: RunningApi;
let denied: RunningApi;
let key: string;

beforeAll(async () => {
  const ca = openTestPrivateCa({ scope: { region: 'us-east-1', accountId } });
  const gates = { limitRate: () => Promise.resolve(), resourceTags: () => Promise.resolve({}) };
  const parts = {
    servePrivateCa: servePrivateCa(ca, gates),
    serveAuditReport: serveAuditReport(ca, gates),
  };
  api = await startApi(parts);
  const statement = { Effect: 'Deny', Action: REPORT_ACTION, Resource: '*' };
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statement });
  denied = await startApi(parts, { policy: parsePolicy(text) });
  const CertificateAuthorityArn = await activateRoot(ca, {
    name: 'reported',
    keyAlgorithm: 'EC_prime256v1',
    signingAlgorithm: 'SHA256WITHECDSA',
    subject: { CommonName: 'Reported' },
    validity: { Type: 'DAYS', Value: 30 },
  });
  const report = await ACTIONS.CreateCertificateAuthorityAuditReport(ca, {
    CertificateAuthorityArn,
    S3BucketName: 'audit-bucket',
    AuditReportResponseFormat: 'JSON',
  });
  key = report.S3Key;
  await ca.auditReportWriter.settled();
});
afterAll(() => Promise.all([api.stop(), denied.stop()]));

const get = (target: string, changes: object = {}, from = api) =>
  from.send({ method: 'GET', target, service: 'acm-pca', ...changes });

it('serves a report to a signed GET of its S3Key, under any path', async () => {
  for (const target of [`/${key}`, `/base/${key}`]) {
    const reply = await get(target);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(reply.text)).toMatchObject([{ subject: 'CN=Reported' }]);
  }
});

it('refuses callers without a signature, the permission or the right scope', async () => {
  expect((await fetch(`${api.url}/${key}`)).status).toBe(403);
  expect(await get(`/${key}`, { service: 'pca-connector-scep' })).not.toMatchObject({
    status: 200,
  });
  const elsewhere = await get(`/${key}`, { region: 'eu-central-1' });
  expect(elsewhere.error).toBe('ResourceNotFoundException');
  expect((await get(`/${key}`, {}, denied)).error).toBe('AccessDeniedException');
});

it('does not find other reports', async () => {
  expect((await get(`/${key.replace('.json', '.csv')}`)).error).toBe('ResourceNotFoundException');
  const unknown = key.replace(/[^/]+\.json$/, '00000000-0000-4000-8000-000000000000.json');
  expect((await get(`/${unknown}`)).error).toBe('ResourceNotFoundException');
  expect((await get(`/${key}/x`)).error).toBe('UnknownOperationException');
});

it.runIf(requireClient('curl', ['curl']))('accepts a request that curl signs', async () => {
  const { accessKeyId, secretAccessKey } = TEST_ACCESS_KEY;
  const { stdout } = await runCommand('curl', [
    ...['--silent', '--aws-sigv4', 'aws:amz:us-east-1:acm-pca'],
    ...['--user', `${accessKeyId}:${secretAccessKey}`, `${api.url}/${key}`],
  ]);
  expect(JSON.parse(stdout)).toMatchObject([{ subject: 'CN=Reported' }]);
});
