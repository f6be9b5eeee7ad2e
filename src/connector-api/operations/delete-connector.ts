import { z } from 'zod';
import { beginDeleting } from '../../connectors/begin-deleting.ts';
import { resumeConnector } from '../../connectors/unfinished-connectors.ts';
import { connectorArnSchema } from '../api-schemas.ts';
import { accessTo, type Operation } from '../operation.ts';
import { DELETE_ERRORS } from '../operation-errors.ts';

const input = z.object({ ConnectorArn: connectorArnSchema });

export const deleteConnector: Operation<z.infer<typeof input>, void> = {
  http: { method: 'DELETE', path: '/connectors/{ConnectorArn}', status: 202 },
  input,
  output: undefined,
  errors: DELETE_ERRORS,
  access: (_caller, { ConnectorArn }) => [accessTo('DeleteConnector', ConnectorArn)],
  run: async (api, caller, { ConnectorArn }) => {
    const id = await beginDeleting(api, caller, ConnectorArn);
    api.inBackground(() => resumeConnector(api, id));
  },
};
