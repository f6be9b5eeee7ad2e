import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { encodePem } from '../../../../src/asn1/pem.ts';
import { DAY_MS } from '../../../../src/durations.ts';
import { createAcmPcaIssuer } from '../../../../src/issuer/acm-pca/acm-pca-issuer.ts';
import type { RecordStore } from '../../../../src/store/record-store.ts';
import { extendedKeyUsageExtension } from '../../../../src/x509/extended-key-usage.ts';
import { openInMemoryRecordStore } from '../../../support/fakes/in-memory-record-store.ts';
import { makeIdentity, rsaKeyPair } from '../../../support/keys/test-authority.ts';

type Answer = Readonly<Record<string, unknown>>;

/** The answer of an action; an error has `__type` and `message`. */
type Answers = Record<string, (input: Answer) => Answer>;

interface FakeAcmPca {
  readonly endpoint: string;
  /** A test may change them while the server runs. */
  readonly answers: Answers;
  /** The requests so far, in order. */
  readonly calls: readonly { readonly action: string; readonly input: Answer }[];
  /** The number of requests for an action. */
  count(action: string): number;
}

const ID = '11111111-2222-4333-8444-555555555555';
const ARN = `arn:aws-cn:acm-pca:cn-north-1:123456789012:certificate-authority/${ID}`;
const CERTIFICATE = `certificate/${'0'.repeat(32)}`;
const CERTIFICATE_ARN = `${ARN}/${CERTIFICATE}`;
const NOW = Date.now();
const keys = rsaKeyPair();
const pemOf = (subject: string) =>
  encodePem(
    'CERTIFICATE',
    makeIdentity({ keys, subject, ca: {}, notAfter: new Date(NOW + 2 * DAY_MS) }).certificate.der,
  );
const REQUEST = {
  authorityArn: ARN,
  csr: Buffer.from('a CSR'),
  notAfter: new Date('2030-01-02T03:04:05Z'),
  idempotencyToken: 'token',
};

function description(changes: Answer = {}): Answer {
  return {
    CertificateAuthority: {
      ...{ Arn: ARN, Status: 'ACTIVE', Serial: '1', NotAfter: (NOW + 2 * DAY_MS) / 1_000 },
      CertificateAuthorityConfiguration: { SigningAlgorithm: 'SHA384WITHRSA' },
      ...changes,
    },
  };
}

async function world(changes: { certificatesPerSecond?: number; store?: RecordStore } = {}) {
  const time = { now: NOW };
  const clock = () => time.now;
  const aws = await startFakeAcmPca({
    DescribeCertificateAuthority: () => description(),
    GetCertificateAuthorityCertificate: () => ({ Certificate: pemOf('CN=First') }),
    IssueCertificate: ({ CertificateAuthorityArn: arn }) => ({
      CertificateArn: `${String(arn)}/${CERTIFICATE}`,
    }),
    GetCertificate: () => ({ Certificate: pemOf('CN=device'), CertificateChain: pemOf('CN=CA') }),
  });
  const store = changes.store ?? openInMemoryRecordStore(clock);
  const report = vi.fn();
  const replica = () =>
    createAcmPcaIssuer({
      endpoint: aws.endpoint,
      credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' }),
      ...{ store, clock, report },
      certificatesPerSecond: changes.certificatesPerSecond ?? 100,
      sleep: async () => undefined,
    });
  return { aws, time, report, replica, issuer: replica() };
}

describe('describeAuthority', () => {
  it('returns what AWS says about the authority', async () => {
    const { aws, issuer, time } = await world();
    expect(await issuer.describeAuthority(ARN)).toMatchObject({
      ...{ arn: ARN, status: 'ACTIVE', usageMode: 'GENERAL_PURPOSE', chain: [] },
    });
    aws.answers['DescribeCertificateAuthority'] = () =>
      description({ Status: 'DISABLED', UsageMode: 'SHORT_LIVED_CERTIFICATE' });
    time.now += 60_000;
    expect(await issuer.describeAuthority(ARN)).toMatchObject({
      ...{ status: 'NOT_ACTIVE', usageMode: 'SHORT_LIVED_CERTIFICATE' },
    });
  });

  it('asks AWS once for concurrent calls, again after a minute, and for the certificate when it has changed', async () => {
    const { aws, issuer, time } = await world();
    await Promise.all(Array.from({ length: 50 }, () => issuer.describeAuthority(ARN)));
    const counts = () => [
      aws.count('DescribeCertificateAuthority'),
      aws.count('GetCertificateAuthorityCertificate'),
    ];
    expect(counts()).toEqual([1, 1]);
    time.now += 59_999;
    await issuer.describeAuthority(ARN);
    expect(counts()).toEqual([1, 1]);
    time.now += 1;
    const first = await issuer.describeAuthority(ARN);
    expect(counts()).toEqual([2, 1]);
    aws.answers['DescribeCertificateAuthority'] = () => description({ Serial: '2' });
    aws.answers['GetCertificateAuthorityCertificate'] = () => ({ Certificate: pemOf('CN=2nd') });
    time.now += 60_000;
    const second = await issuer.describeAuthority(ARN);
    expect(counts()).toEqual([3, 2]);
    expect(Buffer.compare(first.certificate, second.certificate)).not.toBe(0);
  });

  it('asks for the status again after a refusal contradicts it', async () => {
    const { aws, issuer } = await world();
    expect(await issuer.describeAuthority(ARN)).toMatchObject({ status: 'ACTIVE' });
    aws.answers['DescribeCertificateAuthority'] = () => description({ Status: 'DISABLED' });
    aws.answers['IssueCertificate'] = () => ({ __type: 'InvalidStateException', message: 'no' });
    await expect(issuer.issueCertificate(REQUEST)).rejects.toMatchObject({ fault: 'not-active' });
    expect(await issuer.describeAuthority(ARN)).toMatchObject({ status: 'NOT_ACTIVE' });
  });

  it('returns a long chain in order', async () => {
    const { aws, issuer } = await world();
    const names = ['CN=Issuing', 'CN=Policy', 'CN=Regional', 'CN=Root'];
    aws.answers['GetCertificateAuthorityCertificate'] = () => ({
      Certificate: pemOf('CN=First'),
      CertificateChain: names.map(pemOf).join('\n'),
    });
    const { chain } = await issuer.describeAuthority(ARN);
    expect(chain.map((der) => new X509Certificate(der).subject)).toEqual(names);
  });

  it('fails as unavailable when the answer is incomplete', async () => {
    const { aws, issuer, time } = await world();
    aws.answers['GetCertificateAuthorityCertificate'] = () => ({
      Certificate: encodePem('CERTIFICATE', Buffer.from('3000', 'hex')),
    });
    await expect(issuer.describeAuthority(ARN)).rejects.toMatchObject({ fault: 'unavailable' });
    for (const answer of [{}, { CertificateAuthority: {} }]) {
      time.now += 60_000;
      aws.answers['DescribeCertificateAuthority'] = () => answer;
      await expect(issuer.describeAuthority(ARN)).rejects.toMatchObject({
        fault: 'unavailable',
        message: `AWS Private CA returned no description of ${ARN}`,
      });
    }
    aws.answers['DescribeCertificateAuthority'] = () => description();
    aws.answers['GetCertificateAuthorityCertificate'] = () => ({ Certificate: 'no PEM' });
    await expect(issuer.describeAuthority(ARN)).rejects.toMatchObject({
      fault: 'unavailable',
      message: `AWS Private CA returned no readable certificate of ${ARN}`,
    });
  });
});

describe('issueCertificate', () => {
  it('asks as Connector for SCEP does, with the algorithm of the authority', async () => {
    const { aws, issuer } = await world();
    expect(await issuer.issueCertificate(REQUEST)).toBe(CERTIFICATE_ARN);
    const notBefore = new Date('2029-01-02T03:04:05Z');
    const extensions = [extendedKeyUsageExtension(['1.2.3', '1.2.4'])];
    const passthrough = { csrExtensions: 'copied', extensions } as const;
    await issuer.issueCertificate({ ...REQUEST, notBefore, passthrough });
    const inputs = aws.calls.filter(({ action }) => action === 'IssueCertificate');
    const asked = {
      CertificateAuthorityArn: ARN,
      Csr: Buffer.from(encodePem('CERTIFICATE REQUEST', REQUEST.csr)).toString('base64'),
      IdempotencyToken: 'token',
      SigningAlgorithm: 'SHA384WITHRSA',
      TemplateArn: 'arn:aws-cn:acm-pca:::template/BlankEndEntityCertificate_APICSRPassthrough/V1',
      Validity: { Type: 'ABSOLUTE', Value: 1_893_553_445 },
    };
    expect(inputs.map(({ input }) => input)).toEqual([
      asked,
      {
        ...asked,
        ValidityNotBefore: { Type: 'ABSOLUTE', Value: 1_862_017_445 },
        ApiPassthrough: {
          Extensions: {
            ExtendedKeyUsage: [
              { ExtendedKeyUsageObjectIdentifier: '1.2.3' },
              { ExtendedKeyUsageObjectIdentifier: '1.2.4' },
            ],
          },
        },
      },
    ]);
  });

  it('remembers the algorithm, even while the authority cannot be described', async () => {
    const { aws, issuer, time } = await world();
    await issuer.issueCertificate(REQUEST);
    time.now += DAY_MS;
    aws.answers['DescribeCertificateAuthority'] = () => ({ __type: 'ThrottlingException' });
    expect(await issuer.issueCertificate(REQUEST)).toBe(CERTIFICATE_ARN);
    expect(aws.count('DescribeCertificateAuthority')).toBe(1);
  });

  it('checks the deadline directly before it asks', async () => {
    const { aws, issuer, time } = await world();
    aws.answers['DescribeCertificateAuthority'] = () => {
      time.now += 20_000;
      return description();
    };
    const request = { ...REQUEST, askUntil: NOW + 19_999 };
    await expect(issuer.issueCertificate(request)).rejects.toMatchObject({ fault: 'unavailable' });
    expect(aws.count('IssueCertificate')).toBe(0);
    const later = { ...REQUEST, askUntil: NOW + 20_000 };
    expect(await issuer.issueCertificate(later)).toBe(CERTIFICATE_ARN);
  });

  it('asks once, whatever the outcome', async () => {
    const { aws, issuer } = await world();
    aws.answers['IssueCertificate'] = () => ({ __type: 'ThrottlingException', message: 'Rate' });
    await expect(issuer.issueCertificate(REQUEST)).rejects.toMatchObject({ fault: 'throttled' });
    expect(aws.count('IssueCertificate')).toBe(1);
    const nonsense = [{}, { CertificateArn: 5 }, { CertificateArn: `${ARN}0/certificate/1` }];
    for (const answer of nonsense) {
      aws.answers['IssueCertificate'] = () => answer;
      await expect(issuer.issueCertificate(REQUEST)).rejects.toMatchObject({ fault: 'unanswered' });
    }
    expect(aws.count('IssueCertificate')).toBe(4);
  });
});

describe('issuer.certificatesPerSecond', () => {
  const issueMany = async (
    issuers: readonly { issueCertificate: (r: typeof REQUEST) => Promise<string> }[],
    times: number,
    request = REQUEST,
  ) => {
    const asked = issuers.flatMap((issuer) =>
      Array.from({ length: times }, () => issuer.issueCertificate(request)),
    );
    const outcomes = await Promise.allSettled(asked);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toMatchObject({
          fault: 'throttled',
          message: expect.stringContaining('issuer.certificatesPerSecond (5)') as string,
        });
      }
    }
    return outcomes.filter(({ status }) => status === 'fulfilled').length;
  };

  it('limits all replicas together before AWS is asked', async () => {
    const { aws, time, replica } = await world({ certificatesPerSecond: 5 });
    const replicas = [replica(), replica()];
    expect(await issueMany(replicas, 20)).toBe(5);
    expect(aws.count('IssueCertificate')).toBe(5);
    time.now += 1_000;
    expect(await issueMany(replicas, 20)).toBe(5);
  });

  it('limits each authority separately', async () => {
    const { issuer } = await world({ certificatesPerSecond: 5 });
    expect(await issueMany([issuer], 10)).toBe(5);
    const other = { ...REQUEST, authorityArn: ARN.replace(/5$/, '6') };
    expect(await issueMany([issuer], 10, other)).toBe(5);
  });

  it('writes to the store no more often than the limit during a flood', async () => {
    const store = openInMemoryRecordStore(() => NOW);
    const increment = vi.spyOn(store, 'increment');
    const { issuer } = await world({ certificatesPerSecond: 5, store });
    await issueMany([issuer], 100);
    expect(increment).toHaveBeenCalledTimes(5);
    expect(increment.mock.calls[0]?.[0]).toBe(`issuing-${ID}`);
  });

  it('is kept by each replica alone, with a log line, when the store cannot count', async () => {
    const store = openInMemoryRecordStore(() => NOW);
    vi.spyOn(store, 'increment').mockRejectedValue(new Error('the store is down'));
    const { replica, report } = await world({ certificatesPerSecond: 5, store });
    expect(await issueMany([replica(), replica()], 20)).toBe(10);
    expect(report).toHaveBeenCalledWith(
      'the store cannot count certificates; this process counts alone',
      expect.objectContaining({ message: 'the store is down' }),
    );
  });
});

describe('getCertificate', () => {
  it('asks AWS at most twice a second, however often it is called', async () => {
    const { aws, issuer, time } = await world();
    const answer = aws.answers['GetCertificate'];
    aws.answers['GetCertificate'] = () => ({ __type: 'RequestInProgressException' });
    const get = () => issuer.getCertificate(ARN, CERTIFICATE_ARN);
    expect(await Promise.all([get(), get(), get()])).toEqual([undefined, undefined, undefined]);
    expect(aws.count('GetCertificate')).toBe(1);
    if (answer) aws.answers['GetCertificate'] = answer;
    time.now += 499;
    expect(await get()).toBeUndefined();
    time.now += 1;
    expect((await get())?.chain).toHaveLength(1);
    expect(await get()).toBeDefined();
    expect(aws.count('GetCertificate')).toBe(2);
  });

  it('asks AWS again after IssueCertificate returned the same ARN', async () => {
    const { aws, issuer } = await world();
    const answer = aws.answers['GetCertificate'];
    aws.answers['GetCertificate'] = () => ({ __type: 'RequestInProgressException' });
    expect(await issuer.getCertificate(ARN, CERTIFICATE_ARN)).toBeUndefined();
    if (answer) aws.answers['GetCertificate'] = answer;
    await issuer.issueCertificate(REQUEST);
    expect(await issuer.getCertificate(ARN, CERTIFICATE_ARN)).toBeDefined();
  });

  it('fails when AWS could not issue the certificate', async () => {
    const { aws, issuer } = await world();
    aws.answers['GetCertificate'] = () => ({ __type: 'RequestFailedException', message: 'no' });
    await expect(issuer.getCertificate(ARN, CERTIFICATE_ARN)).rejects.toMatchObject({
      fault: 'invalid-request',
    });
  });
});

/** A fake of AWS Private CA (JSON 1.1) with the test's answers; it ignores signatures. */
async function startFakeAcmPca(answers: Answers): Promise<FakeAcmPca> {
  const calls: { action: string; input: Answer }[] = [];
  const server = createServer((request, response) => {
    const action = String(request.headers['x-amz-target']).replace('ACMPrivateCA.', '');
    void text(request).then((body) => {
      const input = JSON.parse(body) as Answer;
      calls.push({ action, input });
      const answer = answers[action]?.(input) ?? { __type: 'UnknownOperationException' };
      response.writeHead('__type' in answer ? 400 : 200).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...{ answers, calls },
    endpoint: `http://127.0.0.1:${port}`,
    count: (action) => calls.filter((call) => call.action === action).length,
  };
}
