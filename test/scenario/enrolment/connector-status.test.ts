import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beginDeleting } from '../../../src/connectors/begin-deleting.ts';
import { challenges } from '../../../src/connectors/challenges/challenge-record.ts';
import { resumeConnectors } from '../../../src/connectors/unfinished-connectors.ts';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import { resumeTransactions } from '../../../src/enrolment/transaction/unfinished-transactions.ts';
import { REFUSAL_REASONS } from '../../../src/scep/refusal.ts';
import { listEntries } from '../../../src/store/collection.ts';
import { leftOf } from '../../support/load/audit-connectors.ts';
import { readReply } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

let device: TestDevice;
let world: EnrolmentWorld;

beforeAll(() => {
  device = makeDevice();
});
beforeEach(async () => {
  world = await makeEnrolmentWorld({ 'scep:pending-wait': '0s' });
});

const request = (type: 'PKCSReq' | 'RenewalReq' = 'PKCSReq') =>
  deviceRequest(
    device,
    world.ra,
    deviceCsr(device, { challengePassword: world.challengePassword }),
    { type },
  );

const deletion = async () => {
  await beginDeleting(world.deps, world.connector, world.connector.arn);
  await resumeConnectors({ ...world.deps, randomUuid: () => crypto.randomUUID() });
};

describe('a connector for Intune', () => {
  it.each(['PKCSReq', 'RenewalReq'] as const)('refuses %s with a reason', async (type) => {
    const mobileDeviceManagement = {
      intune: { azureApplicationId: '1-1', domain: 'example.com' },
    };
    const connector = { ...world.connector, type: 'INTUNE', mobileDeviceManagement } as const;
    const result = await handlePkiOperation(world.deps, connector, request(type));
    const { failInfo, text } = REFUSAL_REASONS['intune-not-supported'];
    expect(readReply(result, world.ra, device)).toMatchObject({
      status: 'FAILURE',
      failInfo,
      text,
    });
    expect(world.issuer.calls).toBe(0);
  });
});

describe('a connector that is deleted while a device enrols', () => {
  it('issues nothing and leaves nothing when deleted between the check of the challenge and the transaction', async () => {
    const { findChallenge } = world.deps;
    const deps: typeof world.deps = {
      ...world.deps,
      findChallenge: (id) => async (password) => {
        const found = await findChallenge(id)(password);
        await deletion();
        return found;
      },
    };
    const result = await handlePkiOperation(deps, world.connector, request());
    expect(readReply(result, world.ra, device)).toMatchObject({
      status: 'FAILURE',
      text: REFUSAL_REASONS['connector-deleted'].text,
    });
    expect(world.issuer.calls).toBe(0);
    expect(await leftOf(world.store, world.connector.arn)).toEqual([]);
  });

  it('gives the certificate to nobody and leaves nothing when deleted while the CA issues', async () => {
    world.issuer.beforeIssue = deletion;
    const result = await world.handle(request());
    expect(readReply(result, world.ra, device).status).not.toBe('SUCCESS');
    expect(await leftOf(world.store, world.connector.arn)).toEqual([]);
  });

  it('does not ask the CA again when deleted after PENDING', async () => {
    world.issuer.failIssuing('unavailable', 1);
    const pending = await world.handle(request());
    expect(readReply(pending, world.ra, device).status).toBe('PENDING');
    await beginDeleting(world.deps, world.connector, world.connector.arn);
    const { calls } = world.issuer;
    expect(await resumeTransactions(world.deps)).toBe(0);
    expect(world.issuer.calls).toBe(calls);
  });

  it('leaves nothing even when its records fill more than one page', async () => {
    const partition = `connector-${world.connector.id}`;
    const [entry] = await listEntries(world.store, partition, challenges, { limit: 1 });
    const value = JSON.stringify({ challengeId: entry?.value.id });
    for (let index = 0; index < 1_100; index += 1) {
      const key = String(index);
      await world.store.commit(partition, [
        { kind: 'put', collection: 'challenge-digests', key, value },
      ]);
    }
    await deletion();
    expect(await leftOf(world.store, world.connector.arn)).toEqual([]);
  });
});
