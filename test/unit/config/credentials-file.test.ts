import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadCredentialsFile } from '../../../src/config/credentials-file.ts';
import { UsageError } from '../../../src/config/usage-error.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const SECRET = 'file/secret+access/key+of/no/account+000';
const TOKEN = 'file/session+token==';

function credentialsFile(text: string, mode = 0o600): string {
  const file = join(tempDirectory(), 'credentials.yaml');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

const entry = (changed: object = {}) => ({
  accessKeyId: 'AKIAFILEFILEFILEFILE',
  secretAccessKey: SECRET,
  accountId: '000011112222',
  userName: 'alice',
  ...changed,
});

/** The lines of the UsageError, without the place. */
async function mistakes(text: string): Promise<readonly string[]> {
  const file = credentialsFile(text);
  const error: unknown = await loadCredentialsFile(file).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  const { message } = error as UsageError;
  expect(message).not.toMatch(/file\/se|another-secret/);
  return message.split('\n').map((line) => {
    expect(line.startsWith(file)).toBe(true);
    return line.slice(file.length);
  });
}

const YAML = `
- accessKeyId: AKIAFILEFILEFILEFILE
  secretAccessKey: ${SECRET}
  accountId: 000011112222
  userName: alice
- accessKeyId: ASIAFILEFILEFILEFILE
  secretAccessKey: ${SECRET}
  accountId: "333344445555"
  userName: bob@example.com
  sessionToken: ${TOKEN}
  sessionExpiresAt: 2030-01-31T12:00:00+01:00
  policy:
    Version: 2012-10-17
    Statement:
      Effect: Allow
      Action: pca-connector-scep:Get*
      Resource: "*"
`;

describe('a good file', () => {
  it('is YAML, with a policy and a session token', async () => {
    const { credentials, warnings } = await loadCredentialsFile(credentialsFile(YAML));
    expect(warnings).toEqual([]);
    const alice = credentials.get('AKIAFILEFILEFILEFILE');
    expect(alice).toMatchObject({ accountId: '000011112222', userName: 'alice' });
    expect(alice?.secretAccessKey.export().toString()).toBe(SECRET);
    expect(alice?.policy).toBeUndefined();
    expect(alice?.sessionToken).toBeUndefined();
    const bob = credentials.get('ASIAFILEFILEFILEFILE');
    expect(bob?.sessionToken?.export().toString()).toBe(TOKEN);
    expect(bob?.sessionExpiresAt).toBe(Date.parse('2030-01-31T11:00:00Z'));
    expect(bob?.policy?.statements).toMatchObject([
      { effect: 'Allow', actions: ['pca-connector-scep:Get*'], resources: ['*'] },
    ]);
  });

  it.each([undefined, 2, '\t'])('is JSON, indented by %j', async (space) => {
    const policy = { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] };
    const list = [
      entry({ policy }),
      entry({ accessKeyId: 'A'.repeat(16), policy: JSON.stringify(policy) }),
    ];
    const { credentials } = await loadCredentialsFile(
      credentialsFile(JSON.stringify(list, null, space)),
    );
    const policies = [...credentials.values()].map((one) => one.policy?.statements[0]?.effect);
    expect(policies).toEqual(['Deny', 'Deny']);
  });

  it('may be an empty list, which admits nobody', async () => {
    const { credentials } = await loadCredentialsFile(credentialsFile('[]'));
    expect(credentials.size).toBe(0);
  });

  it.each([0o640, 0o604, 0o620, 0o644])('causes a warning if its mode is %o', async (mode) => {
    const { warnings } = await loadCredentialsFile(
      credentialsFile(JSON.stringify([entry()]), mode),
    );
    expect(warnings).toEqual([expect.stringMatching(/is open to others/)]);
  });

  it.each([
    [0o440, 0],
    [0o640, 0],
    [0o444, 1],
    [0o660, 1],
  ])(
    'of another user, like a mounted Secret, with mode %o causes %i warnings',
    async (mode, count) => {
      vi.spyOn(process, 'getuid').mockReturnValue(65_532);
      onTestFinished(() => {
        vi.restoreAllMocks();
      });
      const { warnings } = await loadCredentialsFile(credentialsFile('[]', mode));
      expect(warnings).toHaveLength(count);
    },
  );
});

describe('a mistake', () => {
  const all =
    'accessKeyId, secretAccessKey, accountId, userName, sessionToken, sessionExpiresAt, policy';

  it.each<readonly [string, object, string]>([
    [
      'no id',
      { accessKeyId: undefined },
      'accessKeyId is required: 16 to 128 letters, digits and underscores',
    ],
    [
      'a short id',
      { accessKeyId: 'A'.repeat(15) },
      'accessKeyId takes 16 to 128 letters, digits and underscores',
    ],
    [
      'the secret as id',
      { accessKeyId: SECRET },
      'accessKeyId takes 16 to 128 letters, digits and underscores',
    ],
    [
      'no secret',
      { secretAccessKey: undefined },
      'secretAccessKey is required: 16 to 128 printable ASCII characters',
    ],
    [
      'a short secret',
      { secretAccessKey: 'another-secret' },
      'secretAccessKey takes 16 to 128 printable ASCII characters',
    ],
    [
      'a secret with a space',
      { secretAccessKey: `another-secret ${SECRET}` },
      'secretAccessKey takes 16 to 128 printable ASCII characters',
    ],
    [
      'a secret in a list',
      { secretAccessKey: [SECRET] },
      'secretAccessKey takes 16 to 128 printable ASCII characters',
    ],
    ['11 digits', { accountId: '1'.repeat(11) }, 'accountId takes twelve digits'],
    [
      'a colon in a name',
      { userName: 'a:b' },
      'userName takes 1 to 64 letters, digits and _+=,.@-',
    ],
    [
      'an empty token',
      { sessionToken: '' },
      'sessionToken takes 1 to 4096 printable ASCII characters',
    ],
    [
      'a date',
      { sessionToken: TOKEN, sessionExpiresAt: '2030-01-31' },
      'sessionExpiresAt takes a moment such as 2030-01-31T12:00:00Z',
    ],
    [
      'an end without a token',
      { sessionExpiresAt: '2030-01-31T12:00:00Z' },
      'sessionExpiresAt is of no use without sessionToken',
    ],
    ['an empty policy', { policy: '' }, 'policy is not accepted: the policy is not JSON'],
    ['no policy in words', { policy: null }, 'policy is not accepted: the policy: '],
    ['a policy of nothing', { policy: {} }, 'policy is not accepted: Statement'],
    ['another member', { 'another-secret': 'a' }, `has a member that is none of ${all}`],
  ])('is refused: %s', async (_, changed, line) => {
    const lines = await mistakes(JSON.stringify([entry(changed)]));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`: credential 1 ${line}`);
  });

  it('has a line of its own', async () => {
    const list = [entry(), entry(), entry({ accountId: 'a', userName: '' }), 'another-secret'];
    expect(await mistakes(JSON.stringify(list))).toEqual([
      ': credential 2 accessKeyId is that of an earlier one',
      ': credential 3 accountId takes twelve digits',
      ': credential 3 userName takes 1 to 64 letters, digits and _+=,.@-',
      `: credential 4 is not a mapping with the members ${all}`,
    ]);
  });

  it.each<readonly [string, string, string]>([
    ['nothing', '', ' does not hold a list of credentials'],
    ['a mapping', 'credentials: []', ' does not hold a list of credentials'],
    ['bad YAML', `- a: b\n  c: "${SECRET}`, ' line 2 is neither YAML nor JSON (MISSING_CHAR)'],
    [
      'one member twice',
      `- a: b\n  a: ${SECRET}`,
      ' line 2 is neither YAML nor JSON (DUPLICATE_KEY)',
    ],
    [
      'an unknown tag',
      `- a: !secret ${SECRET}`,
      ' line 1 is neither YAML nor JSON (TAG_RESOLVE_FAILED)',
    ],
    ['a lost alias', '- a: *b', ' has aliases that cannot be followed; write them out'],
  ])('is refused: %s', async (_, text, line) => {
    expect(await mistakes(text)).toEqual([line]);
  });

  it('is a missing file', async () => {
    const file = join(tempDirectory(), 'none.yaml');
    await expect(loadCredentialsFile(file)).rejects.toThrow(`${file} cannot be read (ENOENT)`);
  });
});
