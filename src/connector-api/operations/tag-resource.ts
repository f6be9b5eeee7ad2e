import { z } from 'zod';
import { changeResourceTags } from '../../connectors/resource-tags.ts';
import { resourceArnSchema, tagsSchema } from '../api-schemas.ts';
import { accessTo, type Operation } from '../operation.ts';
import { RESOURCE_ERRORS } from '../operation-errors.ts';

const input = z.object({ ResourceArn: resourceArnSchema, Tags: tagsSchema });

export const tagResource: Operation<z.infer<typeof input>, void> = {
  http: { method: 'POST', path: '/tags/{ResourceArn}', status: 204 },
  input,
  output: undefined,
  errors: RESOURCE_ERRORS,
  access: (_caller, { ResourceArn, Tags }) => [
    { ...accessTo('TagResource', ResourceArn), ...(Tags && { requestTags: Tags }) },
  ],
  run: (api, caller, { ResourceArn, Tags }) =>
    changeResourceTags(api, caller, ResourceArn, (tags) => ({ ...tags, ...Tags })),
};
