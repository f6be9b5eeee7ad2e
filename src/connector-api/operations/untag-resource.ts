import { z } from 'zod';
import { changeResourceTags } from '../../connectors/resource-tags.ts';
import { resourceArnSchema } from '../api-schemas.ts';
import { accessTo, type Operation } from '../operation.ts';
import { RESOURCE_ERRORS } from '../operation-errors.ts';

const input = z.object({ ResourceArn: resourceArnSchema, TagKeys: z.array(z.string()) });

export const untagResource: Operation<z.infer<typeof input>, void> = {
  http: {
    method: 'DELETE',
    path: '/tags/{ResourceArn}',
    status: 204,
    query: { TagKeys: 'tagKeys' },
  },
  input,
  output: undefined,
  errors: RESOURCE_ERRORS,
  access: (_caller, { ResourceArn, TagKeys }) => [
    { ...accessTo('UntagResource', ResourceArn), ...(TagKeys && { tagKeys: TagKeys }) },
  ],
  run: (api, caller, { ResourceArn, TagKeys }) =>
    changeResourceTags(api, caller, ResourceArn, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))),
    ),
};
