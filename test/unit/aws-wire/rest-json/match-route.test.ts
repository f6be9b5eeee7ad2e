import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchRoute } from '../../../../src/aws-wire/rest-json/match-route.ts';
import { OPERATIONS } from '../../../../src/connector-api/operations/operations.ts';
import { awsErrorOf } from '../../../support/clients/aws-error-of.ts';

const ARN =
  'arn:aws:pca-connector-scep:us-east-1:111122223333:connector/11223344-1234-1122-2233-112233445566';
const encoded = encodeURIComponent(ARN);
const match = (method: string, path: string) => matchRoute(OPERATIONS, method, path);

describe('finds an operation by method and path', () => {
  it.each([
    ['POST', '/connectors', 'CreateConnector', {}],
    ['GET', '/connectors', 'ListConnectors', {}],
    ['GET', `/connectors/${encoded}`, 'GetConnector', { ConnectorArn: ARN }],
    ['DELETE', `/connectors/${encoded}`, 'DeleteConnector', { ConnectorArn: ARN }],
    ['GET', `/tags/${encoded.toLowerCase()}`, 'ListTagsForResource', { ResourceArn: ARN }],
    ['GET', `/challengeMetadata/${encoded}`, 'GetChallengeMetadata', { ChallengeArn: ARN }],
    ['GET', '/challengeMetadata', 'ListChallengeMetadata', {}],
    // Colons need no escape.
    ['GET', '/tags/arn:aws:x%2Fy', 'ListTagsForResource', { ResourceArn: 'arn:aws:x/y' }],
    // Decoded once.
    ['GET', '/tags/a%252Fb', 'ListTagsForResource', { ResourceArn: 'a%2Fb' }],
    ['GET', '/tags/a+b', 'ListTagsForResource', { ResourceArn: 'a+b' }],
    ['GET', '/tags/%C3%BC', 'ListTagsForResource', { ResourceArn: 'ü' }],
    // Below the base path of an endpoint.
    ['GET', '/scep/api/connectors', 'ListConnectors', {}],
    ['GET', `/scep/connectors/${encoded}`, 'GetConnector', { ConnectorArn: ARN }],
    ['GET', '//connectors', 'ListConnectors', {}],
    // The longer path matches, as without a base path.
    ['GET', '/connectors/connectors', 'GetConnector', { ConnectorArn: 'connectors' }],
  ])('%s %s is an operation', (method, path, name, labels) => {
    expect(match(method, path)).toEqual({ name, labels });
  });

  it.each([
    ['GET', '/'],
    ['GET', ''],
    ['GET', 'connectors'],
    ['GET', '/connectors/'],
    ['GET', '/Connectors'],
    ['GET', '/connectorsx'],
    ['PUT', '/connectors'],
    ['get', '/connectors'],
    ['POST', `/connectors/${encoded}`],
    ['GET', `/connectors/${ARN}`],
    ['GET', '/connectors%2Fx'],
    ['GET', `/connectors/${encoded}/`],
    ['GET', '/connectors/.'],
    ['GET', '/connectors/x/..'],
    ['GET', '/./connectors'],
    ['GET', '/tags/../connectors'],
  ])('%s %s is not an operation', (method, path) => {
    const error = awsErrorOf(() => match(method, path));
    expect(error.code).toBe('UnknownOperationException');
  });
});

it.each(['%', '%zz', '%2', '%C3', '%ED%A0%80', '%FF'])(
  'refuses a label %s that cannot be decoded',
  (label) => {
    expect(awsErrorOf(() => match('GET', `/tags/${label}`)).code).toBe('SerializationException');
  },
);

it('returns every label as it was encoded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (label) => {
      fc.pre(label !== '.' && label !== '..');
      const { name, labels } = match('GET', `/tags/${encodeURIComponent(label)}`);
      expect(name).toBe('ListTagsForResource');
      expect(labels).toEqual({ ResourceArn: label });
    }),
  );
});
