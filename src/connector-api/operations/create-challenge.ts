import { z } from 'zod';
import { makeChallenge } from '../../connectors/challenges/make-challenge.ts';
import { requireConnector } from '../../connectors/require-connector.ts';
import {
  challengeMetadataSchema,
  clientTokenSchema,
  connectorArnSchema,
  tagsSchema,
} from '../api-schemas.ts';
import { describeChallenge } from '../describe-resources.ts';
import { accessTo, type Operation } from '../operation.ts';
import { CREATE_ERRORS } from '../operation-errors.ts';

const input = z.object({
  ConnectorArn: connectorArnSchema,
  ClientToken: clientTokenSchema.optional(),
  Tags: tagsSchema.optional(),
});

const output = z.object({ Challenge: challengeMetadataSchema.extend({ Password: z.string() }) });

export const createChallenge: Operation<z.infer<typeof input>, z.infer<typeof output>> = {
  http: { method: 'POST', path: '/challenges', status: 202 },
  input,
  output,
  errors: [...CREATE_ERRORS, 'BadRequestException'],
  access: (_caller, { ConnectorArn, Tags }) => [
    { ...accessTo('CreateChallenge'), ...(Tags && { requestTags: Tags }) },
    ...(Tags === undefined
      ? []
      : [{ ...accessTo('TagResource', `${ConnectorArn ?? ''}/challenge/*`), requestTags: Tags }]),
  ],
  run: async (api, caller, { ConnectorArn, ClientToken, Tags = {} }) => {
    const { value } = await requireConnector(api.store, caller, ConnectorArn);
    const request = { tags: Tags, clientToken: ClientToken };
    const { challenge, password } = await makeChallenge(api, value, request);
    return { Challenge: { ...describeChallenge(challenge), Password: password } };
  },
};
