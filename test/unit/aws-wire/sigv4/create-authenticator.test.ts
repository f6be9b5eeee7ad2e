import { createHash, createHmac, createSecretKey } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AwsError, type AwsErrorCode } from '../../../../src/aws-wire/aws-error.ts';
import type { Caller } from '../../../../src/aws-wire/caller.ts';
import type { Credential } from '../../../../src/aws-wire/credential.ts';
import {
  type AuthenticatorOptions,
  createAuthenticator,
} from '../../../../src/aws-wire/sigv4/create-authenticator.ts';
import type { SignedRequest } from '../../../../src/aws-wire/sigv4/signed-request.ts';
import {
  type RequestToSign,
  signRequest,
  TEST_ACCESS_KEY,
  TEST_SESSION_TOKEN,
  testCredential,
} from '../../../support/clients/sign-request.ts';

const REGIONS = ['us-east-1', 'eu-central-1', 'cn-north-1'];
const NOW = Date.parse('2026-11-22T02:34:30Z');
const TOKEN = createSecretKey(TEST_SESSION_TOKEN, 'utf8');

interface World extends Partial<AuthenticatorOptions> {
  readonly credential?: Credential;
}

function authenticate(request: SignedRequest, world: World = {}): Caller {
  const { credential = testCredential(), ...options } = world;
  const findCredential = (id: string) => (id === credential.accessKeyId ? credential : undefined);
  return createAuthenticator({ findCredential, clock: () => NOW, regions: REGIONS, ...options })(
    request,
  );
}

function refusal(request: SignedRequest, world: World = {}): AwsError {
  try {
    authenticate(request, world);
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new Error('the request was accepted');
}

function signed(request: RequestToSign = {}): Promise<SignedRequest> {
  return signRequest({ signedAt: new Date(NOW), ...request });
}

function withHeader(
  request: SignedRequest,
  name: string,
  value: string | undefined,
): SignedRequest {
  const others = request.headers.filter(([other]) => other.toLowerCase() !== name);
  return { ...request, headers: value === undefined ? others : [...others, [name, value]] };
}

function headerOf({ headers }: SignedRequest, name: string): string {
  const [, value = ''] = headers.find(([other]) => other.toLowerCase() === name) ?? [];
  return value;
}

async function withAuthorization(change: (value: string) => string): Promise<SignedRequest> {
  const request = await signed();
  return withHeader(request, 'authorization', change(headerOf(request, 'authorization')));
}

describe('the caller', () => {
  it('has the scope of the signature', async () => {
    const policy = { statements: [] };
    const request = await signed({ region: 'eu-central-1', service: 'acm-pca' });
    expect(authenticate(request, { credential: testCredential({ policy }) })).toEqual({
      accountId: '111122223333',
      arn: 'arn:aws:iam::111122223333:user/alice',
      accessKeyId: TEST_ACCESS_KEY.accessKeyId,
      region: 'eu-central-1',
      service: 'acm-pca',
      policy,
    });
  });

  it("has an ARN of the region's partition", async () => {
    const request = await signed({ region: 'cn-north-1' });
    expect(authenticate(request).arn).toBe('arn:aws-cn:iam::111122223333:user/alice');
  });

  it('is refused with an old key once the secret of the credential has changed', async () => {
    const request = await signed();
    let credential = testCredential();
    const authenticator = createAuthenticator({
      findCredential: () => credential,
      clock: () => NOW,
      regions: REGIONS,
    });
    expect(authenticator(request).accountId).toBe('111122223333');
    credential = testCredential({ secretAccessKey: createSecretKey('another secret', 'utf8') });
    expect(() => authenticator(request)).toThrow(/does not match/);
  });
});

const UNREADABLE: readonly (readonly [string, string, string])[] = [
  ['Basic dXNlcjpzZWNyZXQ=', 'another scheme', "requires the algorithm 'AWS4-HMAC-SHA256'"],
  ['AWS4-ECDSA-P256-SHA256 Credential=a', 'another algorithm', 'requires the algorithm'],
  ['', 'nothing', 'requires the algorithm'],
  ['AWS4-HMAC-SHA256', 'the algorithm alone', 'requires the algorithm'],
  ['AWS4-HMAC-SHA256 a', 'no parameter', 'takes Credential, Signature, SignedHeaders'],
  ['AWS4-HMAC-SHA256 Credential=a/b/c/d/e, Expires=5', 'an unknown one', 'once each'],
  ['AWS4-HMAC-SHA256 Signature=a, Signature=a', 'one twice', 'once each'],
  ['AWS4-HMAC-SHA256 Signature=a, SignedHeaders=host', 'no key', "requires 'Credential' parameter"],
  ['AWS4-HMAC-SHA256 Credential=a/b/c/d/e,SignedHeaders=a', 'none', "requires 'Signature'"],
  ['AWS4-HMAC-SHA256 Credential=a/b/c/d/e,Signature=a', 'no names', "requires 'SignedHeaders'"],
  ['AWS4-HMAC-SHA256 Credential=a/b/c/d,Signature=a,SignedHeaders=a', 'a short scope', 'exactly 5'],
  ['AWS4-HMAC-SHA256 Credential=a/b/c//e,Signature=a,SignedHeaders=a', 'no service', 'exactly 5'],
  ['AWS4-HMAC-SHA256 Credential=a/b/c/d/e,Signature=a,SignedHeaders=a;a', 'a twice', 'once each'],
  [
    'AWS4-HMAC-SHA256 Credential=a/b/c/d/e,Signature=a,SignedHeaders=Host',
    'a capital',
    'lower-case',
  ],
  [`AWS4-HMAC-SHA256 ${'a'.repeat(5_000)}`, 'too much', 'too long'],
];

describe('refuses as unreadable', () => {
  it('no Authorization header', async () => {
    const { code, message } = refusal(withHeader(await signed(), 'authorization', undefined));
    expect([code, message]).toEqual([
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    ]);
  });

  it.each(UNREADABLE)('%.60s: %s', async (header, _, text) => {
    const { code, message } = refusal(withHeader(await signed(), 'authorization', header));
    expect(code).toBe('IncompleteSignatureException');
    expect(message).toContain(text);
    expect(message).not.toContain('dXNlcjpzZWNyZXQ=');
  });

  it('every missing parameter, by name', async () => {
    const request = withHeader(await signed(), 'authorization', 'AWS4-HMAC-SHA256 Signature=a');
    expect(refusal(request).message).toBe(
      "Authorization header requires 'Credential' parameter. Authorization header requires 'SignedHeaders' parameter.",
    );
  });

  it('but not commas without spaces', async () => {
    const request = await withAuthorization((value) => value.replaceAll(', ', ','));
    expect(authenticate(request).accountId).toBe('111122223333');
  });

  it.each(['Authorization', 'host', 'X-Amz-Date', 'x-amz-content-sha256', 'x-amz-security-token'])(
    '%s twice',
    async (name) => {
      const request = withHeader(await signed(), 'x-amz-security-token', 'a');
      const { code, message } = refusal({ ...request, headers: [...request.headers, [name, 'a']] });
      expect(code).toBe('IncompleteSignatureException');
      expect(message).toBe(`Header '${name.toLowerCase()}' must come only once.`);
    },
  );

  it.each(['X-Amz-Signature=a', 'a=b&x-amz-algorithm=c', 'X%2DAmz-Credential=a'])(
    'signed in the query: %s',
    async (query) => {
      const request = await signed({ target: `/connectors?${query}` });
      expect(refusal(request).message).toContain('query string');
      const bare = withHeader(request, 'authorization', undefined);
      expect(refusal(bare).code).toBe('IncompleteSignatureException');
    },
  );

  it.each(['20260132T000000Z', '2026-11-22T02:34:30Z', '', 'Sun, 22 Nov 2026 02:34:30 GMT'])(
    'X-Amz-Date %j',
    async (date) => {
      const { code } = refusal(withHeader(await signed(), 'x-amz-date', date));
      expect(code).toBe('IncompleteSignatureException');
    },
  );

  it('no date at all', async () => {
    const { code, message } = refusal(withHeader(await signed(), 'x-amz-date', undefined));
    expect(code).toBe('IncompleteSignatureException');
    expect(message).toContain("'X-Amz-Date' or a 'Date' header");
  });
});

describe('refuses by key and token', () => {
  it('an unknown access key', async () => {
    const { code, message } = refusal(await signed({ accessKeyId: 'AKIAUNKNOWNUNKNOWN00' }));
    expect(code).toBe('UnrecognizedClientException');
    expect(message).toBe('The security token included in the request is invalid.');
  });

  it('a member of every object is no access key', async () => {
    const known = new Map<string, Credential>([[TEST_ACCESS_KEY.accessKeyId, testCredential()]]);
    const request = await signed({ accessKeyId: '__proto__' });
    expect(refusal(request, { findCredential: (id) => known.get(id) }).code).toBe(
      'UnrecognizedClientException',
    );
  });

  const temporary = testCredential({ sessionToken: TOKEN, sessionExpiresAt: NOW + 1 });

  it('but not a temporary credential with its token', async () => {
    const request = await signed({ sessionToken: TEST_SESSION_TOKEN });
    expect(authenticate(request, { credential: temporary }).accountId).toBe('111122223333');
  });

  it.each([
    ['without its token', temporary, undefined],
    ['with another token', temporary, 'another'],
    ['with an empty token', temporary, ''],
    ['of long duration with a token', testCredential(), TEST_SESSION_TOKEN],
    ['of long duration with an empty token', testCredential(), ''],
  ])('a credential %s', async (_, credential, token) => {
    const request = withHeader(await signed(), 'x-amz-security-token', token);
    expect(refusal(request, { credential }).code).toBe('UnrecognizedClientException');
  });

  it('an expired session', async () => {
    const credential = testCredential({ sessionToken: TOKEN, sessionExpiresAt: NOW });
    const request = await signed({ sessionToken: TEST_SESSION_TOKEN });
    const { code, message } = refusal(request, { credential });
    expect(code).toBe('ExpiredTokenException');
    expect(message).toBe('The security token included in the request is expired');
  });

  it('and shows secrets neither in JSON nor by inspect', () => {
    const shown = `${JSON.stringify(temporary)} ${inspect(temporary, { depth: 9, showHidden: true })}`;
    expect(shown).toContain('alice');
    expect(shown).not.toContain(TEST_ACCESS_KEY.secretAccessKey);
    expect(shown).not.toContain(TEST_SESSION_TOKEN);
  });
});

describe('the clock', () => {
  const at = (seconds: number) => signed({ signedAt: new Date(NOW + seconds * 1_000) });

  it.each([-900, -1, 0, 1, 900])('accepts a difference of %d s', async (seconds) => {
    expect(authenticate(await at(seconds)).accountId).toBe('111122223333');
  });

  it('refuses a replay after 15 minutes', async () => {
    const { code, message } = refusal(await at(-901));
    expect(code).toBe('InvalidSignatureException');
    expect(message).toBe(
      'Signature expired: 20261122T021929Z is now earlier than 20261122T021930Z (20261122T023430Z - 15 min.)',
    );
  });

  it('refuses a signature more than 15 minutes ahead', async () => {
    const { code, message } = refusal(await at(901));
    expect(code).toBe('InvalidSignatureException');
    expect(message).toBe(
      'Signature not yet current: 20261122T024931Z is still later than 20261122T024930Z (20261122T023430Z + 15 min.)',
    );
  });

  it.each([-301, 301])(
    'refuses a difference of %d s with a window of 5 minutes',
    async (seconds) => {
      const { message } = refusal(await at(seconds), { clockSkewMs: 300_000 });
      expect(message).toMatch(/ 5 min\.\)$/);
    },
  );

  it.each([
    ['Sun, 22 Nov 2026 02:34:30 GMT', '20261122T023430Z'],
    ['20261122T023430Z', '20261122T023430Z'],
  ])('accepts the Date header %s instead of X-Amz-Date', (date, signedAt) => {
    expect(authenticate(signedByHand(date, signedAt)).accountId).toBe('111122223333');
  });

  it.each([
    ['Sun, 22 Nov 2026 01:34:30 GMT', 'Signature expired: 20261122T013430Z'],
    ['Mon, 22 Nov 2026 02:34:30 GMT', "ISO-8601 'basic format'"],
    ['22 Nov 2026 02:34:30', "ISO-8601 'basic format'"],
  ])('refuses the Date header %s', (date, text) => {
    expect(refusal(signedByHand(date, '20261122T013430Z')).message).toContain(text);
  });
});

/** GET / with only the host and the date signed. */
function signedByHand(date: string, signedAt: string): SignedRequest {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) =>
    createHmac('sha256', key).update(text).digest();
  const canonical = `GET\n/\n\nhost:h\n\nhost\n${hash('')}`;
  const scope = ['20261122', 'us-east-1', 'acm-pca', 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', signedAt, scope.join('/'), hash(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${TEST_ACCESS_KEY.secretAccessKey}`);
  const signature = hmac(key, toSign).toString('hex');
  const credential = [TEST_ACCESS_KEY.accessKeyId, ...scope].join('/');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${signature}`;
  const headers = [['Host', 'h'] as const, ['Date', date] as const];
  return {
    method: 'GET',
    target: '/',
    headers: [...headers, ['Authorization', authorization]],
    body: Buffer.alloc(0),
  };
}

describe('refuses a scope with', () => {
  const scoped = (change: (value: string) => string) => withAuthorization(change);

  it.each<readonly [string, (value: string) => string, string]>([
    ['another day', (v) => v.replace('/20261122/', '/20261121/'), 'Date in Credential scope'],
    ['no day', (v) => v.replace('/20261122/', '/2/'), 'Date in Credential scope'],
    ['no region', (v) => v.replace('/us-east-1/', '/us_east/'), "valid region, not 'us_east'"],
    ['a colon', (v) => v.replace('/us-east-1/', '/us:east-1/'), "valid region, not 'us:east-1'"],
    ['another service', (v) => v.replace('pca-connector-scep', 's3'), "correct service: 'acm-pca'"],
    ['no terminator', (v) => v.replace('aws4_request', 'aws3_request'), "'aws4_request'"],
  ])('%s', async (_, change, text) => {
    const { code, message } = refusal(await scoped(change));
    expect(code).toBe('InvalidSignatureException');
    expect(message).toContain(text);
  });

  it('a region that is not served here', async () => {
    const regions = ['eu-west-1', 'eu-central-1'];
    expect(refusal(await signed(), { regions }).message).toContain("not 'us-east-1'");
    const request = await signed({ region: 'eu-central-1' });
    expect(authenticate(request, { regions }).region).toBe('eu-central-1');
  });
});

describe('refuses by what the signature covers:', () => {
  it.each(['host', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-target', 'x-amz-anything'])(
    'an unsigned %s',
    async (name) => {
      const signedOne = await signed({ headers: { 'x-amz-target': 'a', 'x-amz-anything': 'b' } });
      const authorization = headerOf(signedOne, 'authorization');
      const without = authorization.replace(/SignedHeaders=([^,]*)/, (_, names: string) => {
        const others = names.split(';').filter((other) => other !== name);
        return `SignedHeaders=${others.join(';')}`;
      });
      const { code, message } = refusal(withHeader(signedOne, 'authorization', without));
      expect(code).toBe('InvalidSignatureException');
      expect(message).toBe(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    },
  );

  it.each(['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'a'.repeat(64), ''])(
    'x-amz-content-sha256 %s',
    async (hash) => {
      const request = await signed({ headers: { 'x-amz-content-sha256': hash }, body: '{}' });
      const { code, message } = refusal(request);
      expect(code).toBe('InvalidSignatureException');
      expect(message).toContain('SHA-256 of the body');
    },
  );

  it('a signed header that is missing', async () => {
    const request = await signed({ headers: { 'content-type': 'application/json' } });
    expect(refusal(withHeader(request, 'content-type', undefined)).message).toContain(
      "'content-type' is not in the request",
    );
  });

  it('another secret', async () => {
    const { code, message } = refusal(await signed({ secretAccessKey: 'not the right one' }));
    expect(code).toBe('InvalidSignatureException');
    expect(message).toBe(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  });

  it.each<readonly [string, (signature: string) => string]>([
    ['in capitals', (text) => text.toUpperCase()],
    ['cut short', (text) => text.slice(0, -1)],
    ['too long', (text) => `${text}0`],
    ['of zeros', (text) => '0'.repeat(text.length)],
  ])('a signature %s', async (_, change) => {
    const request = await withAuthorization((value) =>
      value.replace(/[0-9a-f]{64}$/, (signature) => change(signature)),
    );
    expect(refusal(request).code).toBe('InvalidSignatureException');
  });
});

/** Every text that differs in one bit of one octet. */
function flips(text: string): readonly string[] {
  const octets = Buffer.from(text, 'latin1');
  return [...octets].flatMap((octet, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => {
      const changed = Buffer.from(octets);
      changed[at] = octet ^ (1 << bit);
      return changed.toString('latin1');
    }),
  );
}

describe('refuses one changed bit', () => {
  const credential = testCredential({ sessionToken: TOKEN });
  const request = signed({
    method: 'DELETE',
    target:
      '/tags/arn%3Aaws%3Apca-connector-scep%3Aus-east-1%3A111122223333%3Aconnector%2F11223344?tagKeys=a%20b&tagKeys=c%26d',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'ACMPrivateCA.ListCertificateAuthorities',
      'x-amz-user-agent': 'aws-sdk-js/3  os/linux',
    },
    body: '{"MaxResults": 1}',
    sessionToken: TEST_SESSION_TOKEN,
  });
  const codes = async (change: (original: SignedRequest) => readonly SignedRequest[]) => {
    const changed = change(await request);
    return new Set(changed.map((one) => refusal(one, { credential }).code));
  };
  const INVALID = new Set<AwsErrorCode>(['InvalidSignatureException']);

  it('accepts the unchanged request', async () => {
    expect(authenticate(await request, { credential }).accountId).toBe('111122223333');
  });

  it.each(['method', 'target'] as const)('in the %s', async (part) => {
    expect(
      await codes((original) =>
        flips(original[part]).map((text) => ({ ...original, [part]: text })),
      ),
    ).toEqual(INVALID);
  });

  it('in the body', async () => {
    expect(
      await codes((original) =>
        flips(Buffer.from(original.body).toString('latin1')).map((text) => ({
          ...original,
          body: Buffer.from(text, 'latin1'),
        })),
      ),
    ).toEqual(INVALID);
  });

  it.each<readonly [string, readonly AwsErrorCode[]]>([
    ['host', ['InvalidSignatureException']],
    ['content-type', ['InvalidSignatureException']],
    ['x-amz-content-sha256', ['InvalidSignatureException']],
    ['x-amz-target', ['InvalidSignatureException']],
    ['x-amz-user-agent', ['InvalidSignatureException']],
    ['x-amz-date', ['IncompleteSignatureException', 'InvalidSignatureException']],
    ['x-amz-security-token', ['UnrecognizedClientException']],
  ])('in the signed header %s', async (name, expected) => {
    const found = await codes((original) =>
      flips(headerOf(original, name)).map((text) => withHeader(original, name, text)),
    );
    expect([...found].sort()).toEqual(expected);
  });

  it('in the signature', async () => {
    expect(
      await codes((original) => {
        const authorization = headerOf(original, 'authorization');
        const start = authorization.slice(0, -64);
        return flips(authorization.slice(-64)).map((signature) =>
          withHeader(original, 'authorization', start + signature),
        );
      }),
    ).toEqual(INVALID);
  });

  it('the table lists every signed header', async () => {
    const [, names = ''] =
      /SignedHeaders=([^,]*)/.exec(headerOf(await request, 'authorization')) ?? [];
    expect(names.split(';')).toEqual([
      'content-type',
      'host',
      'x-amz-content-sha256',
      'x-amz-date',
      'x-amz-security-token',
      'x-amz-target',
      'x-amz-user-agent',
    ]);
  });
});

describe('targets', () => {
  it.each([
    ['129 segments', '/a'.repeat(129)],
    ['1025 parameters', `/?${'a&'.repeat(1_024)}`],
  ])('of %s are refused before they are taken apart', async (_, target) => {
    const { code, message } = refusal({ ...(await signed()), target });
    expect(code).toBe('InvalidSignatureException');
    expect(message).toContain('at most 128 segments and 1024 parameters');
  });

  it('of 128 segments and 1024 parameters are accepted', async () => {
    const query = Array.from({ length: 1_024 }, (_, at) => `tagKeys=${at}`).join('&');
    const request = await signed({ target: `${'/a'.repeat(128)}?${query}` });
    expect(authenticate(request).accountId).toBe('111122223333');
  });

  it.each([
    '/a b',
    '/a%2',
    '/a%zz',
    '/?a=%',
    '/a#b',
    '/\u00fc',
    '/a\nb',
    '',
    '*',
    'connectors',
    '?a=b',
    'ftp://127.0.0.1:8081/',
    'http://elsewhere/connectors',
  ])('%j are refused', async (target) => {
    const { code, message } = refusal({ ...(await signed()), target });
    expect(code).toBe('InvalidSignatureException');
    expect(message).toContain('request target');
  });

  it.each([
    ['http://127.0.0.1:8081/connectors', '/connectors'],
    ['HTTP://127.0.0.1:8081', '/'],
    ['//connectors', '/connectors'],
    ['/./connectors', '/connectors'],
    ['/tags/../connectors', '/connectors'],
    ['/../connectors/', '/connectors/'],
    ['/connectors?', '/connectors'],
    ['/connectors?b=2&a', '/connectors?a=&b=2'],
    ['/connectors?a=%2f%7e', '/connectors?a=%2F~'],
  ])('%s are signed as %s', async (target, canonical) => {
    const request = await signed({ target: canonical });
    expect(authenticate({ ...request, target }).accountId).toBe('111122223333');
  });
});
