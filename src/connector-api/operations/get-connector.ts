import { z } from 'zod';
import { requireConnector } from '../../connectors/require-connector.ts';
import { connectorArnSchema, connectorSchema } from '../api-schemas.ts';
import { describeConnector } from '../describe-resources.ts';
import { accessTo, type Operation } from '../operation.ts';
import { RESOURCE_ERRORS } from '../operation-errors.ts';

const input = z.object({ ConnectorArn: connectorArnSchema });

const output = z.object({ Connector: connectorSchema });

export const getConnector: Operation<z.infer<typeof input>, z.infer<typeof output>> = {
  http: { method: 'GET', path: '/connectors/{ConnectorArn}', status: 200 },
  input,
  output,
  errors: RESOURCE_ERRORS,
  access: (_caller, { ConnectorArn }) => [accessTo('GetConnector', ConnectorArn)],
  run: async (api, caller, { ConnectorArn }) => {
    const { value } = await requireConnector(api.store, caller, ConnectorArn);
    return { Connector: describeConnector(api.enrolUrl, value) };
  },
};
