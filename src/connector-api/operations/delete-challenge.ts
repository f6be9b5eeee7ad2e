import { z } from 'zod';
import { removeChallenge } from '../../connectors/challenges/remove-challenge.ts';
import { challengeArnSchema } from '../api-schemas.ts';
import { accessTo, type Operation } from '../operation.ts';
import { DELETE_ERRORS } from '../operation-errors.ts';

const input = z.object({ ChallengeArn: challengeArnSchema });

export const deleteChallenge: Operation<z.infer<typeof input>, void> = {
  http: { method: 'DELETE', path: '/challenges/{ChallengeArn}', status: 202 },
  input,
  output: undefined,
  errors: DELETE_ERRORS,
  access: (_caller, { ChallengeArn }) => [accessTo('DeleteChallenge', ChallengeArn)],
  run: (api, caller, { ChallengeArn }) => removeChallenge(api, caller, ChallengeArn),
};
