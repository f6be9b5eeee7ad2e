import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { accessTo } from '../access-to.ts';
import { connectorSchema, maxResultsSchema, nextTokenSchema } from '../api-schemas.ts';
import type { Operation } from '../operation.ts';
import { COMMON_ERRORS } from '../operation-errors.ts';

const input = z.object({
  MaxResults: maxResultsSchema.optional(),
  NextToken: nextTokenSchema.optional(),
});

const output = z.object({
  Connectors: z.array(connectorSchema),
  NextToken: nextTokenSchema.optional(),
});

export const listConnectors: Operation<z.infer<typeof input>, z.infer<typeof output>> = {
  http: {
    method: 'GET',
    path: '/connectors',
    status: 200,
    query: { MaxResults: 'MaxResults', NextToken: 'NextToken' },
  },
  input,
  output,
  errors: COMMON_ERRORS,
  access: () => [accessTo('ListConnectors')],
  run: () => Promise.reject(new AwsError('InternalServerException', 'under construction')),
};
