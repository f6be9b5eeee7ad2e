import { beforeEach, describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import type { Tag } from '../../../../src/private-ca/authority/authority-tags.ts';
import type { PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import { createTestAuthority } from '../../../support/servers/create-test-authority.ts';
import { openTestPrivateCa } from '../../../support/servers/open-test-private-ca.ts';

let ca: PrivateCa;
let arn: { readonly CertificateAuthorityArn: string };

beforeEach(async () => {
  ca = openTestPrivateCa();
  arn = await createTestAuthority(ca);
});

const tag = (...Tags: Tag[]) => ACTIONS.TagCertificateAuthority(ca, { ...arn, Tags });
const untag = (...Tags: Tag[]) => ACTIONS.UntagCertificateAuthority(ca, { ...arn, Tags });
const list = async () => (await ACTIONS.ListTags(ca, arn)).Tags;

describe('TagCertificateAuthority, UntagCertificateAuthority and ListTags', () => {
  it('adds, changes and removes tags, and removes a tag with a value only if the value matches', async () => {
    await tag({ Key: 'b', Value: '1' }, { Key: 'a' }, { Key: 'B', Value: '3' });
    await tag({ Key: 'b', Value: '2' });
    expect(await list()).toEqual([
      { Key: 'B', Value: '3' },
      { Key: 'a', Value: '' },
      { Key: 'b', Value: '2' },
    ]);
    await untag({ Key: 'b', Value: '1' }, { Key: 'a' }, { Key: 'absent' });
    expect(await list()).toEqual([
      { Key: 'B', Value: '3' },
      { Key: 'b', Value: '2' },
    ]);
  });

  it('allows 50 tags, loses none of those put simultaneously, and lists them page by page', async () => {
    const keys = Array.from({ length: 50 }, (_, i) => ({ Key: `key-${i}`, Value: `${i}` }));
    await Promise.all(keys.map((each) => tag(each)));
    expect(await list()).toHaveLength(50);
    await expect(tag({ Key: 'one more' })).rejects.toMatchObject({ code: 'TooManyTagsException' });
    const first = await ACTIONS.ListTags(ca, { ...arn, MaxResults: 30 });
    const second = await ACTIONS.ListTags(ca, { ...arn, NextToken: first.NextToken });
    expect(second).not.toHaveProperty('NextToken');
    expect([...first.Tags, ...second.Tags]).toEqual(await list());
    const wrong = ACTIONS.ListTags(ca, { ...arn, NextToken: 'x' });
    await expect(wrong).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it.each([
    ['InvalidTagException', { Key: 'aws:x' }],
    ['InvalidTagException', { Key: '__proto__' }],
    ['InvalidTagException', { Key: 'RDS:x' }],
    ['ValidationException', { Key: '' }],
    ['ValidationException', { Key: 'a'.repeat(129) }],
    ['ValidationException', { Key: 'a', Value: '<' }],
  ])('answers %s to the tag %j', async (code, refused) => {
    await expect(tag(refused)).rejects.toMatchObject({ code });
    await expect(untag(refused)).rejects.toMatchObject({ code });
  });

  it('accepts letters of any script', async () => {
    await tag({ Key: 'équipe 部門', Value: 'ß_.:/=+-@' });
    expect(await list()).toEqual([{ Key: 'équipe 部門', Value: 'ß_.:/=+-@' }]);
  });
});

describe('CreatePermission, ListPermissions and DeletePermission', () => {
  const permission = { Principal: 'acm.amazonaws.com', Actions: ['IssueCertificate'] };
  const create = (changes = {}) =>
    ACTIONS.CreatePermission(ca, { ...arn, ...permission, ...changes });

  it('records permissions, lists them page by page and removes them', async () => {
    await create();
    await create({ SourceAccount: '111111111111', Actions: ['GetCertificate', 'ListPermissions'] });
    await expect(create()).rejects.toMatchObject({ code: 'PermissionAlreadyExistsException' });
    const first = await ACTIONS.ListPermissions(ca, { ...arn, MaxResults: 1 });
    const second = await ACTIONS.ListPermissions(ca, { ...arn, NextToken: first.NextToken });
    expect([...first.Permissions, ...second.Permissions]).toMatchObject([
      { SourceAccount: '111111111111', Actions: ['GetCertificate', 'ListPermissions'] },
      { ...arn, ...permission, SourceAccount: '123456789012', CreatedAt: expect.any(Date) as Date },
    ]);
    await ACTIONS.DeletePermission(ca, { ...arn, Principal: permission.Principal });
    const { Permissions } = await ACTIONS.ListPermissions(ca, arn);
    expect(Permissions).toHaveLength(1);
    const gone = ACTIONS.DeletePermission(ca, { ...arn, Principal: permission.Principal });
    await expect(gone).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('refuses other principals and actions, too many permissions, and a token of another authority', async () => {
    await expect(create({ Principal: 'ec2.amazonaws.com' })).rejects.toMatchObject({
      code: 'ValidationException',
    });
    await expect(create({ Actions: ['RevokeCertificate'] })).rejects.toMatchObject({
      code: 'ValidationException',
    });
    for (let i = 0; i < 100; i += 1) await create({ SourceAccount: `${100_000_000_000 + i}` });
    await expect(create()).rejects.toMatchObject({ code: 'LimitExceededException' });
    const { NextToken } = await ACTIONS.ListPermissions(ca, { ...arn, MaxResults: 1 });
    const other = await createTestAuthority(ca);
    const foreign = ACTIONS.ListPermissions(ca, { ...other, NextToken });
    await expect(foreign).rejects.toMatchObject({ code: 'InvalidNextTokenException' });
  });
});
