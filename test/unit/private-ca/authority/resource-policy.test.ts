import { beforeEach, describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import type { PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import { createTestAuthority } from '../../../support/servers/create-test-authority.ts';
import { openTestPrivateCa } from '../../../support/servers/open-test-private-ca.ts';

let ca: PrivateCa;
let ResourceArn: string;

beforeEach(async () => {
  ca = openTestPrivateCa();
  ResourceArn = (await createTestAuthority(ca)).CertificateAuthorityArn;
});

const put = (policy: unknown) =>
  ACTIONS.PutPolicy(ca, {
    ResourceArn,
    Policy: typeof policy === 'string' ? policy : JSON.stringify(policy),
  });

function reading(changes: object = {}) {
  return {
    Sid: 'read',
    Effect: 'Allow',
    Principal: { AWS: '555555555555' },
    Action: [
      'acm-pca:DescribeCertificateAuthority',
      'acm-pca:GetCertificate',
      'acm-pca:GetCertificateAuthorityCertificate',
      'acm-pca:ListPermissions',
      'acm-pca:ListTags',
    ],
    Resource: ResourceArn,
    ...changes,
  };
}

function issuing(changes: object = {}, template = 'EndEntityCertificate/V1') {
  return {
    Sid: 'issue',
    Effect: 'Allow',
    Principal: { AWS: '555555555555' },
    Action: ['acm-pca:IssueCertificate'],
    Resource: ResourceArn,
    Condition: {
      StringEquals: { 'acm-pca:TemplateArn': `arn:aws:acm-pca:::template/${template}` },
    },
    ...changes,
  };
}

const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

describe('PutPolicy, GetPolicy and DeletePolicy', () => {
  it('keeps a policy unchanged until it is deleted', async () => {
    const text = JSON.stringify(policy(reading(), issuing()), undefined, 2);
    await put(text);
    expect(await ACTIONS.GetPolicy(ca, { ResourceArn })).toEqual({ Policy: text });
    await put(policy(issuing({}, 'SubordinateCACertificate_PathLen0/V1'), reading()));
    await ACTIONS.DeletePolicy(ca, { ResourceArn });
    await ACTIONS.DeletePolicy(ca, { ResourceArn });
    await expect(ACTIONS.GetPolicy(ca, { ResourceArn })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('accepts a policy for an organization that leaves the own account out', async () => {
    const StringEquals = { 'aws:PrincipalOrgID': 'o-a1b2c3d4z5' };
    const StringNotEquals = { 'aws:PrincipalAccount': '123456789012' };
    const template = 'arn:aws:acm-pca:::template/EndEntityCertificate/V1';
    const shared = policy(
      reading({ Principal: '*', Condition: { StringEquals, StringNotEquals } }),
      issuing({
        Principal: '*',
        Condition: {
          StringEquals: { ...StringEquals, 'acm-pca:TemplateArn': template },
          StringNotEquals,
        },
      }),
    );
    await put(shared);
    const { Policy } = await ACTIONS.GetPolicy(ca, { ResourceArn });
    expect(JSON.parse(Policy)).toEqual(shared);
  });

  it.each([
    ['a text that is not JSON', () => '{'],
    ['another version', () => ({ ...policy(reading(), issuing()), Version: '2008-10-17' })],
    ['an unknown element', () => ({ ...policy(reading(), issuing()), More: 1 })],
    [
      'a repeated member',
      () => JSON.stringify(policy(reading(), issuing())).replace('{', '{"Version":"2012-10-17",'),
    ],
    ['a policy without an issuing statement', () => policy(reading())],
    ['a policy without a reading statement', () => policy(issuing())],
    [
      'a statement with fewer actions',
      () => policy(reading({ Action: 'acm-pca:ListTags' }), issuing()),
    ],
    [
      'a statement with more actions',
      () => policy(reading(), issuing(), reading({ Action: 'acm-pca:*' })),
    ],
    ['NotAction', () => policy(reading(), issuing(), { ...reading(), NotAction: 'x' })],
    ['another resource', () => policy(reading({ Resource: '*' }), issuing())],
    [
      'every principal without an organization',
      () => policy(reading({ Principal: '*' }), issuing()),
    ],
    ['a wildcard account', () => policy(reading({ Principal: { AWS: '*' } }), issuing())],
    [
      'a service',
      () => policy(reading({ Principal: { Service: 'acm.amazonaws.com' } }), issuing()),
    ],
    [
      'an issuing statement without a template',
      () => policy(reading(), issuing({ Condition: undefined })),
    ],
    [
      'a template that is not granted',
      () => policy(reading(), issuing({}, 'RootCACertificate/V1')),
    ],
    [
      'another condition',
      () => policy(reading({ Condition: { StringEquals: { 'aws:username': 'x' } } }), issuing()),
    ],
    [
      'another condition operator',
      () =>
        policy(reading({ Condition: { StringLike: { 'aws:PrincipalOrgID': '*' } } }), issuing()),
    ],
  ])('refuses %s', async (_, made) => {
    await expect(put(made())).rejects.toMatchObject({ code: 'InvalidPolicyException' });
  });

  it('refuses a policy that denies', async () => {
    const denying = policy(reading(), issuing(), {
      Effect: 'Deny',
      Principal: '*',
      Action: 'acm-pca:PutPolicy',
      Resource: ResourceArn,
    });
    await expect(put(denying)).rejects.toMatchObject({ code: 'LockoutPreventedException' });
  });

  it('stores one of two policies that are put simultaneously, and refuses the other', async () => {
    const outcomes = await Promise.allSettled([1, 2].map(() => put(policy(reading(), issuing()))));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { code: 'ConcurrentModificationException' } }]);
  });
});
