import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../../src/aws-wire/caller.ts';
import { parsePolicy } from '../../../../src/aws-wire/policy/parse-policy.ts';
import { requireAccess } from '../../../../src/aws-wire/policy/require-access.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';

const CertificateAuthorityArn =
  'arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566';
const caller: Caller = {
  accountId: '111122223333',
  arn: 'arn:aws:iam::111122223333:user/alice',
  accessKeyId: 'AKIATESTAKIATEST0000',
  region: 'us-east-1',
  service: 'acm-pca',
  policy: undefined,
};

function decide(statement: object, name: keyof typeof ACTIONS, input: object): Promise<string> {
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }));
  const access = ACTIONS[name].access(caller, input);
  return requireAccess({ ...caller, policy }, access, () => Promise.resolve({})).then(
    () => 'allowed',
    (error: Error) => error.message,
  );
}

describe('the access that actions need', () => {
  it.each(Object.keys(ACTIONS) as (keyof typeof ACTIONS)[])(
    '%s asks for the right of its own name',
    (name) => {
      const [first] = ACTIONS[name].access(caller, {});
      expect(first).toMatchObject({ action: `acm-pca:${name}`, resources: ['*'] });
      const inList = name === 'CreateCertificateAuthority' || name === 'ListCertificateAuthorities';
      const [named] = ACTIONS[name].access(caller, {
        CertificateAuthorityArn,
        ResourceArn: CertificateAuthorityArn,
      });
      expect(named?.resources).toEqual([inList ? '*' : CertificateAuthorityArn]);
    },
  );

  it('asks for the right to tag when a new authority gets tags, and passes them to the policy', async () => {
    const create = { Effect: 'Allow', Action: 'acm-pca:CreateCertificateAuthority', Resource: '*' };
    const Tags = [{ Key: 'team', Value: 'pki' }];
    expect(await decide(create, 'CreateCertificateAuthority', {})).toBe('allowed');
    expect(await decide(create, 'CreateCertificateAuthority', { Tags })).toContain(
      'not authorized to perform: acm-pca:TagCertificateAuthority on resource: arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/*',
    );
    const both = {
      Effect: 'Allow',
      Action: ['acm-pca:CreateCertificateAuthority', 'acm-pca:TagCertificateAuthority'],
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestTag/team': 'pki' } },
    };
    expect(await decide(both, 'CreateCertificateAuthority', { Tags })).toBe('allowed');
    const others = [{ Key: 'team', Value: 'web' }];
    expect(await decide(both, 'CreateCertificateAuthority', { Tags: others })).not.toBe('allowed');
  });

  it("judges a template by its ARN in the caller's partition, whichever partition the request names", async () => {
    const statement = [
      { Effect: 'Allow', Action: 'acm-pca:*', Resource: '*' },
      {
        Effect: 'Deny',
        Action: 'acm-pca:IssueCertificate',
        Resource: '*',
        Condition: {
          StringEquals: {
            'acm-pca:TemplateArn': [
              'arn:aws:acm-pca:::template/RootCACertificate/V1',
              'arn:aws:acm-pca:::template/EndEntityCertificate/V1',
            ],
          },
        },
      },
    ];
    const issue = (TemplateArn?: string) =>
      decide(statement, 'IssueCertificate', {
        CertificateAuthorityArn,
        ...(TemplateArn && { TemplateArn }),
      });
    for (const partition of ['aws', 'aws-cn', 'aws-us-gov']) {
      const template = (name: string) => `arn:${partition}:acm-pca:::template/${name}/V1`;
      expect(await issue(template('RootCACertificate'))).toContain('explicit deny');
      expect(await issue(template('OCSPSigningCertificate'))).toBe('allowed');
    }
    // Without a template it is the one for end entities.
    expect(await issue()).toContain('explicit deny');
  });

  it('passes the tags and keys of a request to the conditions of the policy', async () => {
    const statement = {
      Effect: 'Allow',
      Action: 'acm-pca:*tag*',
      Resource: CertificateAuthorityArn,
      Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } },
    };
    const Tags = [{ Key: 'team', Value: 'x' }];
    for (const name of ['TagCertificateAuthority', 'UntagCertificateAuthority'] as const) {
      expect(await decide(statement, name, { CertificateAuthorityArn, Tags })).toBe('allowed');
      const more = [...Tags, { Key: 'owner' }];
      expect(await decide(statement, name, { CertificateAuthorityArn, Tags: more })).not.toBe(
        'allowed',
      );
    }
  });
});
