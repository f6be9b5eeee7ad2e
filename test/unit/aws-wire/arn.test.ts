import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatArn, parseArn, partitionOf } from '../../../src/aws-wire/arn.ts';
import { connectorArn } from '../../../src/connectors/connector-arns.ts';
import { authorityArn, authorityIdOf } from '../../../src/private-ca/model/private-ca-arns.ts';
import { awsErrorOf } from '../../support/clients/aws-error-of.ts';

const ID = '8b5c8f1e-1111-4222-8333-123456789abc';

it.each([
  ['us-east-1', 'aws'],
  ['ap-southeast-7', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['us-isof-south-1', 'aws-iso-f'],
  ['eusc-de-east-1', 'aws-eusc'],
])('%s is in the partition %s', (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});

it('parses the parts of an ARN', () => {
  expect(parseArn(`arn:aws-cn:pca-connector-scep:cn-north-1:123456789012:connector/${ID}`)).toEqual(
    {
      partition: 'aws-cn',
      service: 'pca-connector-scep',
      region: 'cn-north-1',
      accountId: '123456789012',
      resource: `connector/${ID}`,
    },
  );
  expect(parseArn('arn:aws:acm-pca:::template/EndEntityCertificate/V1')).toMatchObject({
    region: '',
    accountId: '',
  });
  expect(parseArn('arn:aws:logs:us-east-1:123456789012:log-group:a:b')?.resource).toBe(
    'log-group:a:b',
  );
});

it.each([
  '',
  'arn',
  'arn:aws:acm-pca:us-east-1:123456789012:',
  'arn:aws:acm-pca:us-east-1:123456789012',
  'arn:aws:acm-pca:us-east-1:12345678901:certificate-authority/x',
  'arn:aws::us-east-1:123456789012:certificate-authority/x',
  'arn::acm-pca:us-east-1:123456789012:certificate-authority/x',
  'ARN:aws:acm-pca:us-east-1:123456789012:certificate-authority/x',
  ' arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/x',
  'arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/x\n',
  'arn:aws:acm-pca:us-east-1:123456789012:certificate authority/x',
  `arn:aws:acm-pca:us-east-1:123456789012:${'x'.repeat(2048)}`,
])('%j is not an ARN', (text) => {
  expect(parseArn(text)).toBeUndefined();
});

it('formats a parsed ARN as it was', () => {
  const parts = fc.record({
    partition: fc.constantFrom('aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'),
    service: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
    region: fc.stringMatching(/^[a-z0-9-]{0,20}$/),
    accountId: fc.stringMatching(/^([0-9]{12})?$/),
    resource: fc.stringMatching(/^[!-~]{1,60}$/),
  });
  fc.assert(
    fc.property(parts, (arn) => {
      expect(parseArn(formatArn(arn))).toEqual(arn);
    }),
  );
});

it('connectors and authorities of a region have ARNs of its partition', () => {
  const scope = { region: 'us-gov-east-1', accountId: '123456789012' };
  expect(connectorArn(scope, ID)).toBe(
    `arn:aws-us-gov:pca-connector-scep:us-gov-east-1:123456789012:connector/${ID}`,
  );
  const authority = authorityArn(scope, ID);
  expect(authority).toBe(
    `arn:aws-us-gov:acm-pca:us-gov-east-1:123456789012:certificate-authority/${ID}`,
  );
  expect(authorityIdOf(scope, authority)).toBe(ID);
  const elsewhere = [authority.replace('aws-us-gov', 'aws'), authority.replace('east', 'west')];
  for (const arn of [...elsewhere, authority.replace('123456789012', '999999999999')]) {
    expect(awsErrorOf(() => authorityIdOf(scope, arn)).code).toBe('ResourceNotFoundException');
  }
});

it.each([
  'certificate-authority',
  'arn:aws:acm-pca:::template/EndEntityCertificate/V1',
  `arn:aws:acm-pca:us-east-1::certificate-authority/${ID}`,
  `arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/${ID.toUpperCase()}`,
  `arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/${ID}/certificate/${'0'.repeat(32)}`,
  `arn:aws:pca-connector-scep:us-east-1:123456789012:certificate-authority/${ID}`,
])('%s is no ARN of an authority', (arn) => {
  const scope = { region: 'us-east-1', accountId: '123456789012' };
  expect(awsErrorOf(() => authorityIdOf(scope, arn))).toMatchObject({
    ...{
      code: 'InvalidArnException',
      message: expect.stringContaining('does not refer') as string,
    },
  });
});
