import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readApiModel } from '../support/api-model/api-model.ts';
import { type RefusedCall, refusedCalls } from '../support/api-model/refused-calls.ts';
import type { PrivateCaClient } from '../support/clients/aws-client.ts';
import { expectRecognised } from '../support/clients/expect-recognised.ts';
import { PRIVATE_CA_CLIENTS } from '../support/clients/private-ca-clients.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { makeAuthoritiesOfAllStates } from '../support/servers/authorities-of-all-states.ts';
import {
  type RunningPrivateCaApi,
  startPrivateCaApi,
} from '../support/servers/start-private-ca-api.ts';

/** Errors of the model that this server never returns, with the reason. */
const NEVER: Readonly<Record<string, readonly string[]>> = {
  'a bucket of S3 that refuses is a ValidationException': [
    'CreateCertificateAuthority InvalidPolicyException',
    'UpdateCertificateAuthority InvalidPolicyException',
  ],
  'an authority issues and revokes without limit': [
    'IssueCertificate LimitExceededException',
    'RevokeCertificate LimitExceededException',
  ],
  'it is done in one step, whatever others do': [
    'DeletePolicy ConcurrentModificationException',
    'RevokeCertificate ConcurrentModificationException',
  ],
  'its input breaks no rules but those of the model': [
    'DescribeCertificateAuthorityAuditReport InvalidArgsException',
  ],
  'no policy takes rights from its own account': ['DeletePolicy LockoutPreventedException'],
  'it succeeds, or is refused for another reason': [
    'CreateCertificateAuthorityAuditReport RequestFailedException',
    'CreatePermission RequestFailedException',
    'DeletePermission RequestFailedException',
    'DeletePolicy RequestFailedException',
    'GetCertificate RequestFailedException',
    'GetPolicy RequestFailedException',
    'ImportCertificateAuthorityCertificate RequestFailedException',
    'ListPermissions RequestFailedException',
    'ListTags RequestFailedException',
    'PutPolicy RequestFailedException',
    'RevokeCertificate RequestFailedException',
  ],
};
const INSTALLER = 'test/install-aws-clients.sh';

let running: RunningPrivateCaApi;
let calls: readonly RefusedCall[];
beforeAll(async () => {
  running = await startPrivateCaApi({ authorityQuota: 5 });
  calls = refusedCalls(await makeAuthoritiesOfAllStates(running));
});
afterAll(() => running.stop());

const nameOf = ({ action, error }: RefusedCall) => `${action} ${error}`;

it('there is a call for every error of the model that can occur', () => {
  const operations = Object.entries(readApiModel('acm-pca').operations);
  const modelled = operations.flatMap(([action, { errors = [] }]) =>
    errors.map(({ shape }) => `${action} ${shape}`),
  );
  const never = Object.values(NEVER).flat();
  expect([...new Set(calls.map(nameOf)), ...never].toSorted()).toEqual(modelled.toSorted());
});

for (const { name, programs, open } of PRIVATE_CA_CLIENTS) {
  describe.runIf(requireClient(name, programs, INSTALLER))(name, () => {
    let client: PrivateCaClient;
    beforeAll(() => {
      client = open(running.access);
    });
    afterAll(() => client.close());

    it('recognises every error by its class', async () => {
      for (const call of calls) await expectRecognised(client, call, running);
    });
  });
}
