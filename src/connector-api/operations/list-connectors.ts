import { z } from 'zod';
import { openPageToken, sealPageToken } from '../../aws-wire/page-token.ts';
import { listAccountConnectors } from '../../connectors/list-account-connectors.ts';
import {
  connectorSchema,
  DEFAULT_PAGE,
  maxResultsSchema,
  nextTokenSchema,
} from '../api-schemas.ts';
import { describeConnector } from '../describe-resources.ts';
import { accessTo, type Operation } from '../operation.ts';
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
  run: async (api, caller, { MaxResults = DEFAULT_PAGE, NextToken }) => {
    const scope = { caller, operation: 'ListConnectors' };
    const after = NextToken && openPageToken(api.sealer, scope, NextToken);
    const page = await listAccountConnectors(api.store, caller, { after, limit: MaxResults });
    return {
      Connectors: page.items.map((connector) => describeConnector(api.enrolUrl, connector)),
      ...(page.next && { NextToken: sealPageToken(api.sealer, scope, page.next) }),
    };
  },
};
