import { expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../src/durations.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { sweepDeletedAuthorities } from '../../../src/private-ca/authority/sweep-deleted-authorities.ts';
import { withDelayedClock } from '../../../src/server/delayed-clock.ts';
import { issueTestCertificate, openRevokingCa } from '../../support/servers/open-revoking-ca.ts';

it('runs with the time of the previous run, or with the current one when the clock was set back', async () => {
  const times = [100, 200, 900, 300, 400];
  const told: number[] = [];
  const act = withDelayedClock(
    () => times.shift() ?? 0,
    async (clock) => told.push(clock(), clock()),
  );
  for (let run = 0; run < 5; run += 1) await act();
  expect(told).toEqual([-Infinity, -Infinity, 100, 100, 200, 200, 300, 300, 300, 300]);
});

it('deletes nothing of a deleted authority while the clock is an hour ahead', async () => {
  const time = { now: Date.parse('2026-06-01T00:00:00Z') };
  const { ca, arn: CertificateAuthorityArn } = await openRevokingCa(() => time.now);
  const serial = await issueTestCertificate(ca, CertificateAuthorityArn);
  const own = { CertificateAuthorityArn };
  await ACTIONS.UpdateCertificateAuthority(ca, { ...own, Status: 'DISABLED' });
  await ACTIONS.DeleteCertificateAuthority(ca, own);
  const sweep = withDelayedClock(ca.clock, (clock) => sweepDeletedAuthorities({ ...ca, clock }));
  await sweep();
  time.now += 365 * DAY_MS;
  await sweep();
  time.now += HOUR_MS - 365 * DAY_MS;
  await sweep();
  await ACTIONS.RestoreCertificateAuthority(ca, own);
  const CertificateArn = `${CertificateAuthorityArn}/certificate/${serial}`;
  await expect(ACTIONS.GetCertificate(ca, { ...own, CertificateArn })).resolves.toBeDefined();
});
