import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { accessTo } from '../access-to.ts';
import { challengeArnSchema } from '../api-schemas.ts';
import type { Operation } from '../operation.ts';
import { RESOURCE_ERRORS } from '../operation-errors.ts';

const input = z.object({ ChallengeArn: challengeArnSchema });

const output = z.object({ Password: z.string() });

export const getChallengePassword: Operation<z.infer<typeof input>, z.infer<typeof output>> = {
  http: { method: 'GET', path: '/challengePasswords/{ChallengeArn}', status: 200 },
  input,
  output,
  errors: RESOURCE_ERRORS,
  access: (_caller, { ChallengeArn }) => [accessTo('GetChallengePassword', ChallengeArn)],
  run: () => Promise.reject(new AwsError('InternalServerException', 'under construction')),
};
