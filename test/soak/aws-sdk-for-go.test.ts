import { afterAll, beforeAll, describe, it } from 'vitest';
import { refusedCalls } from '../support/api-model/refused-calls.ts';
import type { PrivateCaClient } from '../support/clients/aws-client.ts';
import { expectRecognised } from '../support/clients/expect-recognised.ts';
import { GO_SDK_CLIENT, openGoSdk } from '../support/clients/go-sdk-client.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { walkPrivateCa } from '../support/clients/walk-private-ca.ts';
import { makeAuthoritiesOfAllStates } from '../support/servers/authorities-of-all-states.ts';
import {
  type RunningPrivateCaApi,
  startPrivateCaApi,
} from '../support/servers/start-private-ca-api.ts';

const isThere = requireClient('the AWS SDK for Go', [GO_SDK_CLIENT], 'test/soak/install.sh');

// The program ends when an answer is not in Smithy RPC v2 CBOR.
describe.runIf(isThere)('the AWS SDK for Go, in Smithy RPC v2 CBOR', () => {
  describe('calls every action', () => walkPrivateCa(openGoSdk));

  describe('errors', () => {
    let running: RunningPrivateCaApi;
    let client: PrivateCaClient;
    beforeAll(async () => {
      running = await startPrivateCaApi({ authorityQuota: 5 });
      client = openGoSdk(running.access);
    });
    afterAll(async () => {
      await client.close();
      await running.stop();
    });

    it('are recognised by their class', async () => {
      const calls = refusedCalls(await makeAuthoritiesOfAllStates(running));
      for (const call of calls) await expectRecognised(client, call, running);
    });
  });
});
