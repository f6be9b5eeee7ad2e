import { expect, it, vi } from 'vitest';
import type { Caller } from '../../../../src/aws-wire/caller.ts';
import { parsePolicy } from '../../../../src/aws-wire/policy/parse-policy.ts';
import type { Access } from '../../../../src/aws-wire/policy/request-context.ts';
import { requireAccess } from '../../../../src/aws-wire/policy/require-access.ts';

const ARN = 'arn:aws:pca-connector-scep:us-east-1:123456789012:connector/a';
const USER = 'arn:aws:iam::123456789012:user/ops/alice';
const GET: Access = { action: 'pca-connector-scep:GetConnector', resources: [ARN] };
const CREATE: Access = { action: 'pca-connector-scep:CreateConnector', resources: ['*'] };

const noTags = async () => ({});

function caller(...statements: readonly object[]): Caller {
  const all = statements.map((one) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...one }));
  return {
    accountId: '123456789012',
    arn: USER,
    region: 'us-east-1',
    accessKeyId: 'AKIATESTAKIATEST0000',
    service: 'pca-connector-scep',
    policy: parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: all })),
  };
}

function numbered(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, '']));
}

function when(Condition: object): Caller {
  return caller({ Condition });
}

it('allows everything without a policy, and requests no tags', async () => {
  const resourceTags = vi.fn(noTags);
  await requireAccess({ ...caller({}), policy: undefined }, [GET], resourceTags);
  expect(resourceTags).not.toHaveBeenCalled();
});

it('denies in the words of AWS what no statement allows', async () => {
  await expect(requireAccess(caller({ Action: 's3:*' }), [GET], noTags)).rejects.toMatchObject({
    name: 'AwsError',
    code: 'AccessDeniedException',
    message: `User: ${USER} is not authorized to perform: pca-connector-scep:GetConnector on resource: ${ARN} because no identity-based policy allows the pca-connector-scep:GetConnector action`,
  });
});

it('denies in the words of AWS what a statement denies', async () => {
  const policed = caller({}, { Effect: 'Deny', Action: '*:Create*' });
  await requireAccess(policed, [GET], noTags);
  await expect(requireAccess(policed, [CREATE], noTags)).rejects.toMatchObject({
    code: 'AccessDeniedException',
    message: `User: ${USER} is not authorized to perform: pca-connector-scep:CreateConnector on resource: * with an explicit deny in an identity-based policy`,
  });
});

it('requires that each access and each resource is allowed', async () => {
  const policed = caller({ Action: 'pca-connector-scep:Get*', Resource: `${ARN}*` });
  await requireAccess(policed, [{ ...GET, resources: [ARN, `${ARN}b`] }], noTags);
  for (const access of [[GET, CREATE], [CREATE, GET], [{ ...GET, resources: [ARN, '*'] }]]) {
    await expect(requireAccess(policed, access, noTags)).rejects.toThrow('is not authorized');
  }
});

it('treats no resource as *, and refuses to check no access', async () => {
  const policed = caller({ Resource: `${ARN}*` });
  const nowhere = [{ ...GET, resources: [] }];
  await expect(requireAccess(policed, nowhere, noTags)).rejects.toThrow('on resource: * because');
  await expect(requireAccess(policed, [], noTags)).rejects.toThrow(RangeError);
});

it('denies a resource longer than any ARN, with a shortened message', async () => {
  const access = [{ ...GET, resources: [`${ARN}${'a'.repeat(1_000_000)}`] }];
  const denied = requireAccess(caller({}), access, noTags);
  await expect(denied).rejects.toMatchObject({ code: 'AccessDeniedException' });
  await expect(denied).rejects.toSatisfy((error: Error) => error.message.length < 3000);
});

it.each<[string, Partial<Access>]>([
  ['more tags than a resource may have', { requestTags: numbered(251) }],
  ['more keys', { tagKeys: Object.keys(numbered(501)) }],
  ['a key longer than any', { requestTags: { ['k'.repeat(2049)]: '' } }],
  ['a value longer than any', { requestTags: { key: 'v'.repeat(2049) } }],
])('denies %s before each is matched with each pattern', async (_, access) => {
  await requireAccess(caller({}), [{ ...GET, requestTags: numbered(250) }], noTags);
  const denied = requireAccess(caller({}), [{ ...GET, ...access }], noTags);
  await expect(denied).rejects.toMatchObject({ code: 'AccessDeniedException' });
});

it('requests the tags of a resource once, and only when the policy uses them', async () => {
  const resourceTags = vi.fn(async () => ({ team: 'a', Owner: 'alice' }));
  await requireAccess(when({ StringEquals: { 'aws:username': 'alice' } }), [GET], resourceTags);
  expect(resourceTags).not.toHaveBeenCalled();

  const policed = when({ StringEquals: { 'aws:ResourceTag/Team': 'a' } });
  await requireAccess(policed, [GET, GET], resourceTags);
  expect(resourceTags.mock.calls).toEqual([[ARN]]);

  const byVariable = when({ StringLike: { 'aws:username': `\${aws:ResourceTag/owner}` } });
  await requireAccess(byVariable, [GET], resourceTags);
  await expect(requireAccess(byVariable, [GET], noTags)).rejects.toThrow('is not authorized');
  await expect(requireAccess(policed, [CREATE], resourceTags)).rejects.toThrow('on resource: *');
  expect(resourceTags).toHaveBeenCalledTimes(2);
});

it.each<[string, object, Partial<Access>]>([
  ['the account', { StringEquals: { 'aws:PrincipalAccount': '123456789012' } }, {}],
  ['the region', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, {}],
  ['the ARN', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/ops/*' } }, {}],
  ['the name, without its path', { StringEquals: { 'aws:username': 'alice' } }, {}],
  [
    'tags to set',
    {
      StringEquals: { 'aws:RequestTag/TEAM': 'a' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'old'] },
    },
    { requestTags: { team: 'a' }, tagKeys: ['old'] },
  ],
  [
    'the template',
    { StringLike: { 'acm-pca:TemplateArn': '*/EndEntityCertificate/V*' } },
    { context: { 'acm-pca:TemplateArn': 'arn:aws:acm-pca:::template/EndEntityCertificate/V1' } },
  ],
  ['no tags', { Null: { 'aws:TagKeys': 'true' } }, { requestTags: {} }],
])('provides conditions with %s', async (_, Condition, access) => {
  await requireAccess(when(Condition), [{ ...GET, ...access }], noTags);
  const other: Caller = {
    ...when(Condition),
    accountId: '999999999999',
    arn: 'arn:aws:sts::999999999999:assumed-role/ops/alice',
    region: 'eu-west-1',
  };
  const elsewhere = [{ ...GET, requestTags: { other: 'b' } }];
  await expect(requireAccess(other, elsewhere, noTags)).rejects.toThrow('is not authorized');
});
