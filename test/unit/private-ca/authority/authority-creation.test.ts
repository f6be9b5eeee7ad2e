import { beforeEach, describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { KeyStoreError } from '../../../../src/private-ca/keys/key-store.ts';
import {
  openPrivateCa,
  type PrivateCa,
  type PrivateCaDependencies,
} from '../../../../src/private-ca/private-ca.ts';
import {
  AUTHORITY_KEY,
  authorityKeys,
  authorityPartition,
} from '../../../../src/private-ca/records/authority-record.ts';
import { getEntry } from '../../../../src/store/collection.ts';
import { type FakeTokenKeys, fakeTokenKeys } from '../../../support/fakes/fake-token-keys.ts';
import { openTestPrivateCa } from '../../../support/servers/open-test-private-ca.ts';

let token: FakeTokenKeys;
let ca: PrivateCa;

beforeEach(() => {
  token = fakeTokenKeys();
  ca = openTestPrivateCa({ tokenKeys: token, newKeysInToken: true });
});

const reopen = (changes: Partial<PrivateCaDependencies>) => openPrivateCa({ ...ca, ...changes });

async function create(at: PrivateCa): Promise<string> {
  const { CertificateAuthorityArn: arn } = await ACTIONS.CreateCertificateAuthority(at, {
    CertificateAuthorityType: 'ROOT',
    CertificateAuthorityConfiguration: {
      KeyAlgorithm: 'EC_prime256v1',
      SigningAlgorithm: 'SHA256WITHECDSA',
      Subject: { CommonName: 'Root' },
    },
  });
  await at.creation.settled();
  return arn;
}

async function describeAuthority(arn: string) {
  const input = { CertificateAuthorityArn: arn };
  return (await ACTIONS.DescribeCertificateAuthority(ca, input)).CertificateAuthority;
}

async function keyOf(arn: string) {
  const partition = authorityPartition(arn.slice(-36));
  return (await getEntry(ca.store, partition, authorityKeys, AUTHORITY_KEY))?.value;
}

describe('AuthorityCreation.finish with a token', () => {
  it('makes the key in the token and stores where it is', async () => {
    const arn = await create(ca);
    expect((await describeAuthority(arn)).Status).toBe('PENDING_CERTIFICATE');
    expect(await keyOf(arn)).toMatchObject({
      tokenLabel: 'fake',
      keyId: [...token.keys.keys()][0],
    });
  });

  it('seals the key in the store when the token serves older keys only', async () => {
    const arn = await create(reopen({ newKeysInToken: false }));
    expect(await keyOf(arn)).toEqual({ sealedPrivateKey: expect.any(String) as string });
    expect(token.keys.size).toBe(0);
  });

  it('signs with keys of both kinds, and names the token when none is configured', async () => {
    const inToken = (await create(ca)).slice(-36);
    const sealed = (await create(reopen({ newKeysInToken: false }))).slice(-36);
    const bytes = Buffer.from('to be signed');
    for (const id of [inToken, sealed]) {
      const key = await ca.signingKeys.get(id);
      await expect(key.sign('SHA256WITHECDSA', bytes)).resolves.toBeInstanceOf(Uint8Array);
    }
    const { tokenKeys: _, ...others } = ca;
    const { signingKeys } = openPrivateCa(others);
    await expect(signingKeys.get(sealed)).resolves.toBeDefined();
    await expect(signingKeys.get(inToken)).rejects.toThrow(
      `${inToken} is in the token "fake", and no token is configured`,
    );
  });

  it('fails an authority when the token cannot make its key, and leaves no key in the token', async () => {
    const unsupported = new KeyStoreError('unsupported', 'no PSS');
    const generate: typeof token.generate = async (...what) => {
      const key = await token.generate(...what);
      return { ...key, signingKey: { sign: () => Promise.reject(unsupported) } };
    };
    const arn = await create(reopen({ tokenKeys: { ...token, generate } }));
    expect(await describeAuthority(arn)).toMatchObject({
      Status: 'FAILED',
      FailureReason: 'UNSUPPORTED_ALGORITHM',
    });
    expect(token.keys.size).toBe(0);
  });

  it('leaves an authority CREATING while the token is unavailable, and the next call finishes it', async () => {
    const away = () => Promise.reject(new KeyStoreError('unavailable', 'away'));
    const arn = await create(reopen({ tokenKeys: { ...token, generate: away } }));
    expect((await describeAuthority(arn)).Status).toBe('CREATING');
    await ca.creation.finish(arn.slice(-36));
    expect((await describeAuthority(arn)).Status).toBe('PENDING_CERTIFICATE');
  });

  it('destroys the key that was made second', async () => {
    const arn = await create(
      reopen({ tokenKeys: { ...token, generate: () => Promise.reject(new Error('killed')) } }),
    );
    const id = arn.slice(-36);
    await Promise.all([ca.creation.finish(id), reopen({}).creation.finish(id)]);
    const [kept] = token.keys.keys();
    expect(token.keys.size).toBe(1);
    expect(await keyOf(arn)).toMatchObject({ keyId: kept });
  });

  it('reports at each lookup why an authority stays CREATING, and another process finishes it', async () => {
    const reported: unknown[] = [];
    const misconfigured = new KeyStoreError('misconfigured', 'the PIN is wrong');
    let now = Date.now();
    const broken = reopen({
      clock: () => now,
      tokenKeys: { ...token, generate: () => Promise.reject(misconfigured) },
      reportCreation: (...what) => reported.push(what),
    });
    const arn = await create(broken);
    expect(reported).toEqual([[arn, misconfigured]]);
    now += MINUTE_MS;
    const look = { CertificateAuthorityArn: arn };
    await ACTIONS.DescribeCertificateAuthority(broken, look);
    await broken.creation.settled();
    expect(reported).toHaveLength(2);
    const other = reopen({ clock: () => now });
    await ACTIONS.DescribeCertificateAuthority(other, look);
    await other.creation.settled();
    expect((await describeAuthority(arn)).Status).toBe('PENDING_CERTIFICATE');
  });
});
