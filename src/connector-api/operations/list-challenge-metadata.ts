import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { accessTo } from '../access-to.ts';
import {
  challengeMetadataSchema,
  connectorArnSchema,
  maxResultsSchema,
  nextTokenSchema,
} from '../api-schemas.ts';
import type { Operation } from '../operation.ts';
import { RESOURCE_ERRORS } from '../operation-errors.ts';

const input = z.object({
  ConnectorArn: connectorArnSchema,
  MaxResults: maxResultsSchema.optional(),
  NextToken: nextTokenSchema.optional(),
});

const output = z.object({
  Challenges: z.array(challengeMetadataSchema),
  NextToken: nextTokenSchema.optional(),
});

export const listChallengeMetadata: Operation<z.infer<typeof input>, z.infer<typeof output>> = {
  http: {
    method: 'GET',
    path: '/challengeMetadata',
    status: 200,
    query: { ConnectorArn: 'ConnectorArn', MaxResults: 'MaxResults', NextToken: 'NextToken' },
  },
  input,
  output,
  errors: RESOURCE_ERRORS,
  access: () => [accessTo('ListChallengeMetadata')],
  run: () => Promise.reject(new AwsError('InternalServerException', 'under construction')),
};
