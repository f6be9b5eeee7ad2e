import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { accessTo } from '../access-to.ts';
import {
  challengeMetadataSchema,
  clientTokenSchema,
  connectorArnSchema,
  tagsSchema,
} from '../api-schemas.ts';
import type { Operation } from '../operation.ts';
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
  run: () => Promise.reject(new AwsError('InternalServerException', 'under construction')),
};
