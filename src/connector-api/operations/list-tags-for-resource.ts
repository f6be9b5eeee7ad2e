import { z } from 'zod';
import { readResourceTags } from '../../connectors/resource-tags.ts';
import { resourceArnSchema, tagsSchema } from '../api-schemas.ts';
import { accessTo, type Operation } from '../operation.ts';
import { RESOURCE_ERRORS } from '../operation-errors.ts';

const input = z.object({ ResourceArn: resourceArnSchema });

const output = z.object({ Tags: tagsSchema });

export const listTagsForResource: Operation<z.infer<typeof input>, z.infer<typeof output>> = {
  http: { method: 'GET', path: '/tags/{ResourceArn}', status: 200 },
  input,
  output,
  errors: RESOURCE_ERRORS,
  access: (_caller, { ResourceArn }) => [accessTo('ListTagsForResource', ResourceArn)],
  run: async ({ store }, caller, { ResourceArn }) => ({
    Tags: await readResourceTags(store, caller, ResourceArn),
  }),
};
