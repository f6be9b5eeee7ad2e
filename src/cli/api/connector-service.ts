import type { ApiService } from './api-service.ts';
import { buildRestJsonRequest } from './build-rest-json-request.ts';
import { CONNECTOR_OPERATIONS, type ConnectorOperation } from './connector-operations.ts';
import type { ApiClient } from './create-api-client.ts';

export type ConnectorApi = ApiClient<ConnectorOperation>;

/** Connector for SCEP: REST-JSON. */
export const CONNECTOR_SERVICE: ApiService<ConnectorOperation> = {
  name: 'pca-connector-scep',
  buildRequest: (endpoint, operation, input) =>
    buildRestJsonRequest(endpoint, CONNECTOR_OPERATIONS[operation], input),
};
