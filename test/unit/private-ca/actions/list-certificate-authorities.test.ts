import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { scopedTo } from '../../../../src/private-ca/model/ca-context.ts';
import { createTestAuthority, ROOT_INPUT } from '../../../support/servers/create-test-authority.ts';
import { openTestPrivateCa, TEST_SCOPE } from '../../../support/servers/open-test-private-ca.ts';

async function listAll(ca: Parameters<typeof ACTIONS.ListTags>[0], MaxResults?: number) {
  const pages: string[][] = [];
  let NextToken: string | undefined;
  do {
    const page = await ACTIONS.ListCertificateAuthorities(ca, {
      ...(MaxResults && { MaxResults }),
      ...(NextToken && { NextToken }),
    });
    pages.push(page.CertificateAuthorities.map(({ Arn }) => Arn));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return pages;
}

describe('ListCertificateAuthorities', () => {
  it('returns pages of at most a hundred, DELETED authorities included', async () => {
    const ca = openTestPrivateCa();
    const calls = Array.from({ length: 103 }, () =>
      ACTIONS.CreateCertificateAuthority(ca, ROOT_INPUT),
    );
    const made = (await Promise.all(calls)).map((arn) => arn.CertificateAuthorityArn);
    await ca.creation.settled();
    await ACTIONS.DeleteCertificateAuthority(ca, { CertificateAuthorityArn: made[0] });
    const pages = await listAll(ca, 1000);
    expect(pages.map(({ length }) => length)).toEqual([100, 3]);
    expect(pages.flat().sort()).toEqual(made.toSorted());
    expect((await listAll(ca, 40)).map(({ length }) => length)).toEqual([40, 40, 23]);
  });

  it('lists a restored authority, even if a clock that was ahead has taken it for gone', async () => {
    const time = { now: Date.parse('2026-06-01T00:00:00Z') };
    const ca = openTestPrivateCa({ clock: () => time.now });
    const arn = await createTestAuthority(ca);
    await ACTIONS.DeleteCertificateAuthority(ca, arn);
    time.now += 365 * DAY_MS;
    expect(await listAll(ca)).toEqual([[]]);
    time.now -= 364 * DAY_MS;
    await ACTIONS.RestoreCertificateAuthority(ca, arn);
    expect(await listAll(ca)).toEqual([[arn.CertificateAuthorityArn]]);
  });

  it('lists only the authorities of the account and region, and no other caller can use them', async () => {
    const ca = openTestPrivateCa();
    const arn = await createTestAuthority(ca);
    expect(await listAll(ca)).toEqual([[arn.CertificateAuthorityArn]]);
    for (const scope of [
      { ...TEST_SCOPE, accountId: '999999999999' },
      { ...TEST_SCOPE, region: 'cn-north-1' },
    ]) {
      const other = scopedTo(ca, scope);
      expect(await listAll(other)).toEqual([[]]);
      for (const action of [
        ACTIONS.DescribeCertificateAuthority,
        ACTIONS.DeleteCertificateAuthority,
        ACTIONS.ListTags,
      ]) {
        const foreign = action(other, arn);
        await expect(foreign).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
        const moved = arn.CertificateAuthorityArn.replace(
          /^arn:.*:certificate/,
          `arn:${scope.region === 'cn-north-1' ? 'aws-cn' : 'aws'}:acm-pca:${scope.region}:${scope.accountId}:certificate`,
        );
        const guessed = action(other, { CertificateAuthorityArn: moved });
        await expect(guessed).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
      }
      const { CertificateAuthorityArn } = await createTestAuthority(other);
      expect(await listAll(other)).toEqual([[CertificateAuthorityArn]]);
    }
  });

  it('accepts only its own tokens, and lists nothing of other accounts', async () => {
    const ca = openTestPrivateCa();
    await createTestAuthority(ca);
    await createTestAuthority(ca);
    const { NextToken } = await ACTIONS.ListCertificateAuthorities(ca, { MaxResults: 1 });
    const elsewhere = scopedTo(ca, { ...TEST_SCOPE, region: 'eu-west-1' });
    const foreign = ACTIONS.ListCertificateAuthorities(elsewhere, { NextToken });
    await expect(foreign).rejects.toMatchObject({ code: 'InvalidNextTokenException' });
    const made = ACTIONS.ListCertificateAuthorities(ca, { NextToken: 'x' });
    await expect(made).rejects.toMatchObject({ code: 'InvalidNextTokenException' });
    const others = await ACTIONS.ListCertificateAuthorities(ca, {
      ResourceOwner: 'OTHER_ACCOUNTS',
    });
    expect(others).toEqual({ CertificateAuthorities: [] });
  });
});
