import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { readApiModel } from '../api-model/api-model.ts';
import { sharingPolicy } from '../api-model/refused-calls.ts';
import { unseenMembers } from '../api-model/unseen-members.ts';
import { ACM, REPORT, SAMPLE_CSR } from '../servers/authorities-of-all-states.ts';
import { ROOT_INPUT } from '../servers/create-test-authority.ts';
import { type RunningPrivateCaApi, startPrivateCaApi } from '../servers/start-private-ca-api.ts';
import type { AwsAccess, Members, PrivateCaClient } from './aws-client.ts';

const ARN =
  /^arn:aws:acm-pca:us-east-1:111122223333:certificate-authority\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UNUSED = {
  CrlConfiguration: { Enabled: false },
  OcspConfiguration: { Enabled: false },
};
const TEAM = { Key: 'team / EU', Value: 'Größe +=' };
/** AWS's text, which tools match on. */
const DELETED =
  'The certificate authority is in the DELETED state and must be restored to complete this action.';

/** Members of FAILED and DELETED authorities, and what the paginators read themselves. */
const WITHOUT_OCCASION = [
  'DescribeCertificateAuthority CertificateAuthority.FailureReason',
  'ListCertificateAuthorities CertificateAuthorities.FailureReason',
  'ListCertificateAuthorities CertificateAuthorities.RestorableUntil',
  'ListCertificateAuthorities NextToken',
  'ListPermissions NextToken',
  'ListTags NextToken',
];

/**
 * Tests that walk through the life of two authorities with a real client and call every action on
 * the way.
 */
export function walkPrivateCa(open: (access: AwsAccess) => PrivateCaClient): void {
  let running: RunningPrivateCaApi;
  let client: PrivateCaClient;
  const outputs: Record<string, Members[]> = {};
  let root: Members;
  let subordinate: Members;

  const begun = Date.now();

  beforeAll(async () => {
    running = await startPrivateCaApi();
    client = open(running.access);
  });
  afterAll(async () => {
    await client.close();
    await running.stop();
  });

  /** Calls an action that must succeed and returns the members of its output. */
  async function call(action: string, input: Members): Promise<Members> {
    const answer = await client.call(action, input);
    expect(answer).toEqual({ status: 200, output: expect.anything() as unknown });
    const { output = {} } = answer;
    outputs[action] = [...(outputs[action] ?? []), output];
    return output;
  }

  async function refusal(action: string, input: Members) {
    const { error } = await client.call(action, input);
    return [error?.name, error?.message];
  }

  async function describeAuthority(arn: Members): Promise<Members> {
    const output = await call('DescribeCertificateAuthority', arn);
    return output['CertificateAuthority'] as Members;
  }

  async function create(CommonName: string, type: string, more: Members = {}): Promise<Members> {
    const { CertificateAuthorityConfiguration: configuration } = ROOT_INPUT;
    const made = await call('CreateCertificateAuthority', {
      CertificateAuthorityType: type,
      CertificateAuthorityConfiguration: { ...configuration, Subject: { CommonName } },
      ...more,
    });
    expect(made).toEqual({ CertificateAuthorityArn: expect.stringMatching(ARN) as string });
    return made;
  }

  /** Follows the manual steps of AWS's user guide. */
  async function activate(arn: Members, issuer: Members, template: string, years: number) {
    await client.waitUntil('CertificateAuthorityCSRCreated', arn);
    const { Csr } = await call('GetCertificateAuthorityCsr', arn);
    expect(Csr).toMatch(/\n-----END CERTIFICATE REQUEST-----$/);
    const { CertificateArn } = await call('IssueCertificate', {
      ...{ ...issuer, Csr, SigningAlgorithm: 'SHA256WITHECDSA' },
      TemplateArn: `arn:aws:acm-pca:::template/${template}/V1`,
      Validity: { Type: 'YEARS', Value: years },
    });
    await client.waitUntil('CertificateIssued', { ...issuer, CertificateArn });
    const issued = await call('GetCertificate', { ...issuer, CertificateArn });
    const nothing = await call('ImportCertificateAuthorityCertificate', { ...arn, ...issued });
    expect(nothing).toEqual({});
    const installed = await call('GetCertificateAuthorityCertificate', arn);
    expect(installed).toEqual(issued);
    return installed;
  }

  it('creates a root, and waits for its CSR', async () => {
    let makeKey: () => void = () => undefined;
    const allowed = new Promise<void>((resolve) => {
      makeKey = resolve;
    });
    running.beforeNextKey(() => allowed);
    root = await create('Root', 'ROOT', { IdempotencyToken: 'once', Tags: [TEAM] });
    expect((await refusal('GetCertificateAuthorityCsr', root))[0]).toBe(
      'RequestInProgressException',
    );
    expect(await describeAuthority(root)).toMatchObject({ Status: 'CREATING' });
    const before = running.requestCount();
    const isAwaited = () => running.requestCount() > before;
    const later = expect.poll(isAwaited, { timeout: 60_000 }).toBe(true).then(makeKey);
    const { Certificate, ...more } = await activate(root, root, 'RootCACertificate', 10);
    await later;
    expect(Certificate).toMatch(/^-----BEGIN CERTIFICATE-----\n[^-]+\n-----END CERTIFICATE-----$/);
    expect(more).toEqual({});
    expect(await create('Another', 'ROOT', { IdempotencyToken: 'once' })).toEqual(root);
  });

  it('creates a subordinate, and describes all of it', async () => {
    const RevocationConfiguration = {
      CrlConfiguration: { Enabled: true, S3BucketName: 'crls', ExpirationInDays: 3 },
      OcspConfiguration: { Enabled: true, OcspCustomCname: 'ocsp.example.com' },
    };
    subordinate = await create('Below', 'SUBORDINATE', { RevocationConfiguration });
    await activate(subordinate, root, 'SubordinateCACertificate_PathLen0', 5);
    const described = await describeAuthority(subordinate);
    const { CertificateAuthorityConfiguration: configuration } = ROOT_INPUT;
    expect(described).toEqual({
      Arn: subordinate['CertificateAuthorityArn'],
      ...{ OwnerAccount: '111122223333', Type: 'SUBORDINATE', Status: 'ACTIVE' },
      CertificateAuthorityConfiguration: { ...configuration, Subject: { CommonName: 'Below' } },
      RevocationConfiguration: {
        ...RevocationConfiguration,
        CrlConfiguration: {
          ...{ ...RevocationConfiguration.CrlConfiguration, CrlType: 'COMPLETE' },
          S3ObjectAcl: 'PUBLIC_READ',
        },
      },
      KeyStorageSecurityStandard: 'FIPS_140_2_LEVEL_3_OR_HIGHER',
      UsageMode: 'GENERAL_PURPOSE',
      Serial: expect.stringMatching(/^[0-9]{30,39}$/) as string,
      ...{
        CreatedAt: expect.anything() as unknown,
        LastStateChangeAt: expect.anything() as unknown,
      },
      ...{ NotBefore: expect.anything() as unknown, NotAfter: expect.anything() as unknown },
    });
    const now = Date.now();
    // The client may have dropped the milliseconds.
    expect(client.readTime(described['CreatedAt'])).toBeGreaterThan(begun - 1_000);
    expect(client.readTime(described['CreatedAt'])).toBeLessThanOrEqual(now);
    const hour = 3_600_000;
    expect(client.readTime(described['NotBefore'])).toBeLessThan(now - hour + 60_000);
    const years = (client.readTime(described['NotAfter']) - now) / (365.25 * 24 * hour);
    expect(years).toBeCloseTo(5, 1);
    expect(await describeAuthority(root)).toMatchObject({ RevocationConfiguration: UNUSED });
  });

  it('issues one certificate for a token, and revokes it', async () => {
    const request = {
      ...{ ...subordinate, Csr: SAMPLE_CSR, SigningAlgorithm: 'SHA256WITHECDSA' },
      ...{ Validity: { Type: 'DAYS', Value: 30 }, IdempotencyToken: 'device' },
    };
    const issued = await call('IssueCertificate', request);
    expect(await call('IssueCertificate', request)).toEqual(issued);
    const named = { ...subordinate, ...issued };
    const { Certificate, CertificateChain } = await call('GetCertificate', named);
    const [own, parent] = [
      await call('GetCertificateAuthorityCertificate', subordinate),
      await call('GetCertificateAuthorityCertificate', root),
    ];
    expect(CertificateChain).toBe(
      `${String(own['Certificate'])}\n${String(parent['Certificate'])}`,
    );
    const serial = String(issued['CertificateArn']).slice(-32);
    const revocation = { ...subordinate, RevocationReason: 'SUPERSEDED' };
    const colons = serial.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:');
    expect(await call('RevokeCertificate', { ...revocation, CertificateSerial: colons })).toEqual(
      {},
    );
    const again = await refusal('RevokeCertificate', {
      ...revocation,
      CertificateSerial: serial,
    });
    expect(again[0]).toBe('RequestAlreadyProcessedException');
    expect(await call('GetCertificate', named)).toMatchObject({ Certificate });
  });

  it('creates an audit report, and waits for it', async () => {
    const made = await call('CreateCertificateAuthorityAuditReport', { ...root, ...REPORT });
    const { AuditReportId, S3Key } = made;
    const id = String(root['CertificateAuthorityArn']).slice(-36);
    expect(S3Key).toBe(`audit-report/${id}/${String(AuditReportId)}.json`);
    const named = { ...root, AuditReportId };
    await client.waitUntil('AuditReportCreated', named);
    expect(await call('DescribeCertificateAuthorityAuditReport', named)).toEqual({
      ...{ AuditReportStatus: 'SUCCESS', S3BucketName: REPORT.S3BucketName, S3Key },
      CreatedAt: expect.anything() as unknown,
    });
  });

  it('lists tags and permissions page by page', async () => {
    const tags = ['b', 'c', 'd', 'e'].map((Key) => ({ Key, Value: '' }));
    await call('TagCertificateAuthority', { ...root, Tags: tags });
    const pages = await client.list('ListTags', root, 2);
    expect(pages).toHaveLength(3);
    expect(pages.flatMap((page) => page['Tags'])).toEqual([...tags, TEAM]);
    const wrongValue = { Key: TEAM.Key, Value: 'small' };
    await call('UntagCertificateAuthority', { ...root, Tags: [{ Key: 'b' }, wrongValue] });
    expect(await call('ListTags', root)).toEqual({ Tags: [...tags.slice(1), TEAM] });

    const permission = { ...root, Principal: ACM };
    const Actions = ['IssueCertificate', 'GetCertificate', 'ListPermissions'];
    const accounts = ['111122223333', '444455556666', '777788889999'];
    for (const SourceAccount of accounts) {
      await call('CreatePermission', { ...permission, Actions, SourceAccount });
    }
    await call('DeletePermission', { ...permission, SourceAccount: accounts[1] });
    expect(await client.list('ListPermissions', root, 1)).toHaveLength(2);
    const { Permissions } = await call('ListPermissions', root);
    expect(Permissions).toEqual(
      [accounts[0], accounts[2]].map((SourceAccount) => ({
        ...{ ...permission, Actions, SourceAccount, CreatedAt: expect.anything() as unknown },
        Policy: expect.stringContaining(`"aws:SourceAccount":"${SourceAccount}"`) as string,
      })),
    );
  });

  it('lists authorities page by page', async () => {
    const pages = await client.list('ListCertificateAuthorities', {}, 1);
    expect(pages).toHaveLength(2);
    const { CertificateAuthorities } = await call('ListCertificateAuthorities', {});
    expect(pages.flatMap((page) => page['CertificateAuthorities'])).toEqual(CertificateAuthorities);
    expect(CertificateAuthorities).toContainEqual(await describeAuthority(subordinate));
    const others = { ResourceOwner: 'OTHER_ACCOUNTS' };
    expect(await call('ListCertificateAuthorities', others)).toEqual({
      CertificateAuthorities: [],
    });
  });

  it('returns a policy as it was put', async () => {
    const ResourceArn = String(root['CertificateAuthorityArn']);
    const Policy = JSON.stringify(sharingPolicy(ResourceArn), null, 1);
    expect((await refusal('GetPolicy', { ResourceArn }))[0]).toBe('ResourceNotFoundException');
    expect(await call('PutPolicy', { ResourceArn, Policy })).toEqual({});
    expect(await call('GetPolicy', { ResourceArn })).toEqual({ Policy });
    for (const _ of ['there is one', 'there is none']) await call('DeletePolicy', { ResourceArn });
    expect((await refusal('GetPolicy', { ResourceArn }))[0]).toBe('ResourceNotFoundException');
  });

  it('disables, deletes, restores and enables an authority', async () => {
    const update = (change: Members) =>
      call('UpdateCertificateAuthority', { ...subordinate, ...change });
    await update({ RevocationConfiguration: UNUSED, Status: 'DISABLED' });
    expect(await describeAuthority(subordinate)).toMatchObject({
      ...{ Status: 'DISABLED', RevocationConfiguration: UNUSED },
    });
    await call('DeleteCertificateAuthority', { ...subordinate, PermanentDeletionTimeInDays: 7 });
    for (const action of ['ListTags', 'ListPermissions']) {
      expect(await refusal(action, subordinate)).toEqual(['InvalidStateException', DELETED]);
    }
    const { Status, RestorableUntil } = await describeAuthority(subordinate);
    expect(Status).toBe('DELETED');
    const days = (client.readTime(RestorableUntil) - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(7, 2);
    await call('RestoreCertificateAuthority', subordinate);
    expect(await describeAuthority(subordinate)).toMatchObject({ Status: 'DISABLED' });
    await update({ Status: 'ACTIVE' });
    expect(await describeAuthority(subordinate)).toMatchObject({ Status: 'ACTIVE' });
  });

  it('calls every action', () => {
    expect(Object.keys(outputs).toSorted()).toEqual(Object.keys(ACTIONS).toSorted());
  });

  it('gets every member of an output that the model has', () => {
    const model = readApiModel('acm-pca');
    const unseen = Object.entries(model.operations).flatMap(([action, { output }]) => {
      const paths = output ? unseenMembers(model, output, outputs[action] ?? []) : [];
      return paths.map((path) => `${action} ${path}`);
    });
    expect(unseen.toSorted()).toEqual(WITHOUT_OCCASION);
  });
}
