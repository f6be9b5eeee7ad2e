import { z } from 'zod';
import { openPageToken, sealPageToken } from '../../aws-wire/page-token.ts';
import { listChallenges } from '../../connectors/challenges/list-challenges.ts';
import { requireConnector } from '../../connectors/require-connector.ts';
import {
  challengeMetadataSchema,
  connectorArnSchema,
  DEFAULT_PAGE,
  maxResultsSchema,
  nextTokenSchema,
} from '../api-schemas.ts';
import { describeChallenge } from '../describe-resources.ts';
import { accessTo, type Operation } from '../operation.ts';
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
  run: async (api, caller, { ConnectorArn, MaxResults = DEFAULT_PAGE, NextToken }) => {
    const connector = await requireConnector(api.store, caller, ConnectorArn);
    const scope = { caller, operation: 'ListChallengeMetadata', parent: ConnectorArn };
    const after = NextToken && openPageToken(api.sealer, scope, NextToken);
    const page = await listChallenges(api.store, connector.value, { after, limit: MaxResults });
    return {
      Challenges: page.items.map(describeChallenge),
      ...(page.next && { NextToken: sealPageToken(api.sealer, scope, page.next) }),
    };
  },
};
