import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { accessTo } from '../access-to.ts';
import { connectorArnSchema, connectorSchema } from '../api-schemas.ts';
import type { Operation } from '../operation.ts';
import { RESOURCE_ERRORS } from '../operation-errors.ts';

const input = z.object({ ConnectorArn: connectorArnSchema });

const output = z.object({ Connector: connectorSchema });

export const getConnector: Operation<z.infer<typeof input>, z.infer<typeof output>> = {
  http: { method: 'GET', path: '/connectors/{ConnectorArn}', status: 200 },
  input,
  output,
  errors: RESOURCE_ERRORS,
  access: (_caller, { ConnectorArn }) => [accessTo('GetConnector', ConnectorArn)],
  run: () => Promise.reject(new AwsError('InternalServerException', 'under construction')),
};
