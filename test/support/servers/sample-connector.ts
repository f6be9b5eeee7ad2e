import type { ConnectorRecord } from '../../../src/connectors/connector-record.ts';

/** A connector as stored, with the fake issuer's CA. */
export function sampleConnector(tags: Readonly<Record<string, string>> = {}): ConnectorRecord {
  const id = '11111111-1111-4111-8111-111111111111';
  return {
    arn: `arn:aws:pca-connector-scep:us-east-1:000000000000:connector/${id}`,
    id,
    accountId: '000000000000',
    region: 'us-east-1',
    certificateAuthorityArn:
      'arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/00000000-0000-4000-8000-000000000000',
    type: 'GENERAL_PURPOSE',
    status: 'ACTIVE',
    urlSecret: '22222222-2222-4222-8222-222222222222',
    tags,
    createdAt: 0,
    updatedAt: 0,
  };
}
