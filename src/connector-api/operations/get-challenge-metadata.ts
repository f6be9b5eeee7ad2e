import { z } from 'zod';
import { requireChallenge } from '../../connectors/challenges/require-challenge.ts';
import { challengeArnSchema, challengeMetadataSchema } from '../api-schemas.ts';
import { describeChallenge } from '../describe-resources.ts';
import { accessTo, type Operation } from '../operation.ts';
import { RESOURCE_ERRORS } from '../operation-errors.ts';

const input = z.object({ ChallengeArn: challengeArnSchema });

const output = z.object({ ChallengeMetadata: challengeMetadataSchema });

export const getChallengeMetadata: Operation<z.infer<typeof input>, z.infer<typeof output>> = {
  http: { method: 'GET', path: '/challengeMetadata/{ChallengeArn}', status: 200 },
  input,
  output,
  errors: RESOURCE_ERRORS,
  access: (_caller, { ChallengeArn }) => [accessTo('GetChallengeMetadata', ChallengeArn)],
  run: async (api, caller, { ChallengeArn }) => {
    const { challenge } = await requireChallenge(api.store, caller, ChallengeArn);
    return { ChallengeMetadata: describeChallenge(challenge.value) };
  },
};
