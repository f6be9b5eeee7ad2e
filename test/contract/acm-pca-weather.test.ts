import { afterEach, describe, expect, it } from 'vitest';
import { HOUR_MS, SECOND_MS } from '../../src/durations.ts';
import { makeFleet } from '../support/load/device-fleet.ts';
import { startStopwatch } from '../support/load/stopwatch.ts';
import { type AcmPcaWorld, makeAcmPcaWorld } from '../support/servers/acm-pca-world.ts';
import { type CallFate, PASS } from '../support/servers/fault-proxy.ts';

/**
 * A few devices, to be quick. test/soak/acm-pca-faults.test.ts has hundreds, and faults that hit
 * only some of the calls.
 */
const SIZE = 3;

const answer = (error: string, message?: string): CallFate => ({
  ...{ kind: 'answer', status: 400, error },
  ...(message !== undefined && { message }),
});

let world: AcmPcaWorld;
const open = async () => {
  world = await makeAcmPcaWorld({ 'scep:pending-wait': '1s' });
  return { fleet: makeFleet(world, SIZE) };
};
afterEach(() => world.stop());

async function expectAllServed(fleet: ReturnType<typeof makeFleet>): Promise<void> {
  world.proxy.setFate(() => PASS);
  // The circuit breaker may be open.
  world.pass(30 * SECOND_MS);
  await fleet.askUntilServed(5 * SECOND_MS, 10);
  expect(fleet.states()).toEqual({ SUCCESS: SIZE });
  expect(await world.countIssued()).toBe(SIZE);
  expect(world.uncertain).toEqual([]);
}

describe('transient faults make devices wait, and each then has one certificate', () => {
  it.each<[string, CallFate]>([
    ['a page of a proxy with status 200', { kind: 'page', status: 200 }],
    ['a page of a proxy with status 403', { kind: 'page', status: 403 }],
    ['a page in place of the answer', { kind: 'page', status: 200, done: true }],
    ['a CA that is being changed', answer('ConcurrentModificationException')],
    ['spent credentials', answer('ExpiredTokenException')],
    ['a wrong clock', answer('InvalidSignatureException', 'Signature expired: then is earlier')],
  ])('%s', async (_, fate) => {
    const { fleet } = await open();
    world.proxy.setFate((operation) => (operation === 'IssueCertificate' ? fate : PASS));
    await fleet.askOnce();
    expect(fleet.states()).toEqual({ PENDING: SIZE });
    await expectAllServed(fleet);
  });

  it('a certificate that stays in progress for hours is waited for and not requested again', async () => {
    const { fleet } = await open();
    world.proxy.setFate((operation) =>
      operation === 'GetCertificate' ? answer('RequestInProgressException') : PASS,
    );
    for (let i = 0; i < 3; i += 1) {
      const elapsed = startStopwatch();
      await fleet.askOnce();
      expect(elapsed()).toBeLessThan(15 * SECOND_MS);
      expect(fleet.states()).toEqual({ PENDING: SIZE });
      world.pass(HOUR_MS);
    }
    expect(world.proxy.calls('IssueCertificate')).toBe(SIZE);
    await expectAllServed(fleet);
  });
});

describe('lasting faults are reported to devices, and nothing is issued', () => {
  it.each([
    ['a CSR that AWS cannot read', answer('MalformedCSRException')],
    ['a quota that is used up', answer('LimitExceededException', 'The quota of certificates')],
  ])('%s', async (_, fate) => {
    const { fleet } = await open();
    world.proxy.setFate((operation) => (operation === 'IssueCertificate' ? fate : PASS));
    await fleet.askOnce();
    expect(fleet.states()).toEqual({ 'authority-refused': SIZE });
    expect(world.proxy.calls('IssueCertificate')).toBe(SIZE);
    expect(await world.countIssued()).toBe(0);
  });
});
