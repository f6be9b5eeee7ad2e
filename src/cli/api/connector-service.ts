import type { ApiService } from './api-service.ts';
import { buildRestJsonRequest, type WireOperation } from './build-rest-json-request.ts';
import type { ApiClient } from './create-api-client.ts';

const PAGE = { MaxResults: 'MaxResults', NextToken: 'NextToken' } as const;

/** The operations of the Connector for SCEP API, 2018-05-10. A test compares the server's list. */
export const CONNECTOR_OPERATIONS = {
  CreateConnector: { method: 'POST', path: '/connectors' },
  GetConnector: { method: 'GET', path: '/connectors/{ConnectorArn}' },
  ListConnectors: { method: 'GET', path: '/connectors', query: PAGE },
  DeleteConnector: { method: 'DELETE', path: '/connectors/{ConnectorArn}' },
  CreateChallenge: { method: 'POST', path: '/challenges' },
  GetChallengeMetadata: { method: 'GET', path: '/challengeMetadata/{ChallengeArn}' },
  GetChallengePassword: { method: 'GET', path: '/challengePasswords/{ChallengeArn}' },
  ListChallengeMetadata: {
    method: 'GET',
    path: '/challengeMetadata',
    query: { ConnectorArn: 'ConnectorArn', ...PAGE },
  },
  DeleteChallenge: { method: 'DELETE', path: '/challenges/{ChallengeArn}' },
  TagResource: { method: 'POST', path: '/tags/{ResourceArn}' },
  UntagResource: { method: 'DELETE', path: '/tags/{ResourceArn}', query: { TagKeys: 'tagKeys' } },
  ListTagsForResource: { method: 'GET', path: '/tags/{ResourceArn}' },
} as const satisfies Readonly<Record<string, WireOperation>>;

export type ConnectorOperation = keyof typeof CONNECTOR_OPERATIONS;

export type ConnectorClient = ApiClient<ConnectorOperation>;

/** Connector for SCEP: REST-JSON. */
export const CONNECTOR_SERVICE: ApiService<ConnectorOperation> = {
  name: 'pca-connector-scep',
  buildRequest: (endpoint, operation, input) =>
    buildRestJsonRequest(endpoint, CONNECTOR_OPERATIONS[operation], input),
};
