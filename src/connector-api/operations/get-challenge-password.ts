import { z } from 'zod';
import { openChallengePassword } from '../../connectors/challenges/find-challenge.ts';
import { requireChallenge } from '../../connectors/challenges/require-challenge.ts';
import { challengeArnSchema } from '../api-schemas.ts';
import { accessTo, type Operation } from '../operation.ts';
import { RESOURCE_ERRORS } from '../operation-errors.ts';

const input = z.object({ ChallengeArn: challengeArnSchema });

const output = z.object({ Password: z.string() });

export const getChallengePassword: Operation<z.infer<typeof input>, z.infer<typeof output>> = {
  http: { method: 'GET', path: '/challengePasswords/{ChallengeArn}', status: 200 },
  input,
  output,
  errors: RESOURCE_ERRORS,
  access: (_caller, { ChallengeArn }) => [accessTo('GetChallengePassword', ChallengeArn)],
  run: async ({ store, sealer }, caller, { ChallengeArn }) => {
    const { connector, challenge } = await requireChallenge(store, caller, ChallengeArn);
    return { Password: openChallengePassword(sealer, connector.id, challenge.value) };
  },
};
