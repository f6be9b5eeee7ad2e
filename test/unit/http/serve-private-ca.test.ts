import { beforeAll, describe, expect, it } from 'vitest';
import { AwsError } from '../../../src/aws-wire/aws-error.ts';
import type { Caller } from '../../../src/aws-wire/caller.ts';
import type { Rates } from '../../../src/aws-wire/default-rates.ts';
import { JSON_CODEC } from '../../../src/aws-wire/json-codec.ts';
import { parsePolicy } from '../../../src/aws-wire/policy/parse-policy.ts';
import { createApiGates } from '../../../src/http/api-gates.ts';
import { servePrivateCa } from '../../../src/http/serve-private-ca.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { openTestPrivateCa } from '../../support/servers/open-test-private-ca.ts';

const ALICE: Caller = {
  accountId: '123456789012',
  arn: 'arn:aws:iam::123456789012:user/alice',
  accessKeyId: 'AKIATESTAKIATEST0000',
  region: 'eu-central-1',
  service: 'acm-pca',
  policy: undefined,
};
const NEW_AUTHORITY = {
  CertificateAuthorityType: 'ROOT',
  CertificateAuthorityConfiguration: {
    KeyAlgorithm: 'EC_prime256v1',
    SigningAlgorithm: 'SHA256WITHECDSA',
    Subject: { CommonName: 'Root' },
  },
  Tags: [{ Key: 'team', Value: 'network' }],
};

const ca = openTestPrivateCa();
const log: string[] = [];
const logger = createLogger('info', { write: (line) => log.push(line) });
const service = (rates: Rates = {}) => {
  const serve = servePrivateCa(ca, createApiGates(ca, { rates, logger }));
  return (caller: Caller, name: string, input: object) =>
    serve({ caller, name, input, codec: JSON_CODEC });
};
let authority: { readonly CertificateAuthorityArn: string };

beforeAll(async () => {
  const made = await service()(ALICE, 'CreateCertificateAuthority', NEW_AUTHORITY);
  authority = made as typeof authority;
});

/** The code of the AwsError, or the error itself. */
async function refusal(answer: Promise<unknown>): Promise<unknown> {
  const error: unknown = await answer.catch((e: unknown) => e);
  return error instanceof AwsError ? error.code : error;
}

const describeAs = (caller: Caller) =>
  service()(caller, 'DescribeCertificateAuthority', { ...authority });

/** Alice with a policy that allows only resources with this tag. */
function onlyOf(team: string): Caller {
  const policy = parsePolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'acm-pca:*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/team': team } },
      },
    }),
  );
  return { ...ALICE, policy };
}

describe('the embedded private CA behind its gates', () => {
  it('binds a CA to the account and region that made it', async () => {
    expect(authority.CertificateAuthorityArn).toMatch(
      /^arn:aws:acm-pca:eu-central-1:123456789012:certificate-authority\//,
    );
    expect(await describeAs(ALICE)).toHaveProperty('CertificateAuthority.Type', 'ROOT');
    for (const other of [{ accountId: '999999999999' }, { region: 'us-east-1' }]) {
      const foreign = { ...ALICE, ...other };
      expect(await refusal(describeAs(foreign))).toBe('ResourceNotFoundException');
      const listed = await service()(foreign, 'ListCertificateAuthorities', {});
      expect(listed).toEqual({ CertificateAuthorities: [] });
    }
  });

  it('lets a policy refer to the tags of a CA', async () => {
    expect(await describeAs(onlyOf('network'))).toHaveProperty('CertificateAuthority');
    expect(await refusal(describeAs(onlyOf('sales')))).toBe('AccessDeniedException');
  });

  it('treats a missing CA as untagged, so that such a policy refuses before the CA is looked up', async () => {
    const CertificateAuthorityArn = authority.CertificateAuthorityArn.replace(
      /.{12}$/,
      '0'.repeat(12),
    );
    const call = service()(onlyOf('network'), 'GetCertificateAuthorityCsr', {
      CertificateAuthorityArn,
    });
    expect(await refusal(call)).toBe('AccessDeniedException');
  });

  it('limits the rate of each action separately', async () => {
    const limited = service({ ListCertificateAuthorities: 0 });
    expect(await refusal(limited(ALICE, 'ListCertificateAuthorities', {}))).toBe(
      'ThrottlingException',
    );
    expect(await limited(ALICE, 'ListTags', { ...authority })).toHaveProperty('Tags');
  });

  it('counts no call that the policy or the form refuses, so nobody uses up the rate of others', async () => {
    const limited = service({ ListTags: 2 });
    const mallory = onlyOf('sales');
    for (let i = 0; i < 10; i += 1) {
      expect(await refusal(limited(mallory, 'ListTags', { ...authority }))).toBe(
        'AccessDeniedException',
      );
      expect(await refusal(limited(ALICE, 'ListTags', { MaxResults: 'x' }))).toBe(
        'SerializationException',
      );
    }
    expect(await limited(ALICE, 'ListTags', { ...authority })).toHaveProperty('Tags');
  });

  it('logs that the store cannot count, and goes on', async () => {
    const broken = {
      ...ca,
      store: { ...ca.store, increment: () => Promise.reject(new Error('no')) },
    };
    const gates = createApiGates(broken, { rates: { ListTags: 5 }, logger });
    log.length = 0;
    for (let i = 0; i < 3; i += 1) await gates.limitRate(ALICE, 'ListTags');
    expect(log).toEqual([expect.stringContaining('the store cannot count requests')]);
  });

  it.each(['NoSuchAction', 'constructor', 'toString'])(
    'refuses the unknown action %s',
    async (name) => {
      expect(await refusal(service()(ALICE, name, {}))).toBe('UnknownOperationException');
    },
  );

  it('enforces the constraints of the model', async () => {
    const call = service()(ALICE, 'DescribeCertificateAuthority', { CertificateAuthorityArn: 'x' });
    expect(await refusal(call)).toBe('ValidationException');
  });
});

describe('tags of a resource', () => {
  const { resourceTags } = createApiGates(ca, { rates: {}, logger });

  it.each(['acm-pca', 'pca-connector-scep'] as const)(
    'include those of a CA when the called API is %s',
    async (called) => {
      const caller: Caller = { ...ALICE, service: called };
      const tags = await resourceTags(caller, authority.CertificateAuthorityArn);
      expect(tags).toEqual({ team: 'network' });
    },
  );

  it.each([
    `arn:aws:pca-connector-scep:eu-central-1:123456789012:connector/${'0'.repeat(8)}`,
    'arn:aws:s3:::bucket',
    'no ARN',
    '*',
  ])('do not exist for %s', async (arn) => {
    expect(await resourceTags({ ...ALICE, service: 'pca-connector-scep' }, arn)).toEqual({});
    expect(await resourceTags(ALICE, arn)).toEqual({});
  });
});
