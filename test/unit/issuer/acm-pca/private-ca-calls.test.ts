import { describe, expect, it, vi } from 'vitest';
import { CredentialsError } from '../../../../src/issuer/acm-pca/classify-failure.ts';
import { openRegionClients } from '../../../../src/issuer/acm-pca/open-region-clients.ts';
import { createPrivateCaCalls } from '../../../../src/issuer/acm-pca/private-ca-calls.ts';

const ARN = (region: string) =>
  `arn:aws:acm-pca:${region}:123456789012:certificate-authority/11111111-2222-4333-8444-555555555555`;
const EU = ARN('eu-central-1');

const answered = (name: string, status: number) =>
  Object.assign(new Error('words'), {
    name,
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status, requestId: 'request-1' },
  });
const outOfTime = (how: string) =>
  Object.assign(answered('InvalidSignatureException', 400), { message: `Signature ${how}` });
const THROTTLED = answered('ThrottlingException', 400);
const FAULT = answered('InternalFailure', 500);
const REFUSED = answered('ValidationException', 400);
const UNREACHABLE = Object.assign(new Error('connect'), {
  syscall: 'connect',
  code: 'ECONNREFUSED',
});

function world(region?: string) {
  const time = { now: 1_700_000_000_000 };
  const pauses: number[] = [];
  const report = vi.fn();
  const rarely = vi.fn();
  const clientOf = vi.fn(
    openRegionClients({ credentials: () => Promise.reject(new Error('not asked for')) }),
  );
  const calls = createPrivateCaCalls({
    ...{ clientOf, region, report, reportRarely: rarely },
    clock: () => time.now,
    sleep: async (ms) => pauses.push(ms),
    random: () => 0.5,
  });
  /** Fails with these errors in turn, then answers. */
  const sending = (...errors: Error[]) => {
    const left = [...errors];
    return vi.fn(() => {
      const error = left.shift();
      return error === undefined ? Promise.resolve('answer') : Promise.reject(error);
    });
  };
  return { time, pauses, report, rarely, clientOf, calls, sending };
}

describe('once', () => {
  it.each([
    ['throttled', THROTTLED],
    ['unanswered', FAULT],
    ['unanswered', Object.assign(new Error('reset'), { code: 'ECONNRESET', syscall: 'read' })],
    ['unavailable', UNREACHABLE],
    ['unavailable', new CredentialsError('none')],
    ['invalid-request', REFUSED],
    ['access-denied', answered('AccessDeniedException', 400)],
    ['access-denied', answered('UnrecognizedClientException', 403)],
    ['unavailable', answered('ExpiredTokenException', 400)],
    ['not-active', answered('InvalidStateException', 400)],
    ['not-found', answered('ResourceNotFoundException', 400)],
    ['not-found', answered('InvalidArnException', 400)],
    ['invalid-request', answered('MalformedCSRException', 400)],
    ['invalid-request', answered('LimitExceededException', 400)],
    ['unavailable', answered('ConcurrentModificationException', 400)],
    ['unavailable', answered('RequestTimeTooSkewed', 403)],
    ['access-denied', answered('InvalidSignatureException', 400)],
    ['access-denied', answered('SignatureDoesNotMatch', 403)],
    ['unavailable', outOfTime('expired: 20260101T000000Z is now earlier than 20260101T001000Z')],
    ['unavailable', outOfTime('not yet current: 20260101T001000Z is still later than now')],
    ['unanswered', Object.assign(new SyntaxError('<'), { $response: { statusCode: 403 } })],
  ])('reports IssueCertificate as %s and does not try again', async (fault, error) => {
    const { calls, sending } = world();
    const send = sending(error);
    const asking = calls.once('IssueCertificate', EU, send);
    await expect(asking).rejects.toMatchObject({ name: 'IssuerError', fault });
    expect(send).toHaveBeenCalledTimes(1);
  });

  it.each([
    [THROTTLED, 1],
    [FAULT, 1],
    [new CredentialsError('none'), 1],
    [REFUSED, 0],
    [answered('AccessDeniedException', 400), 0],
  ])('logs a transient fault, of which devices learn nothing: %s', async (error, times) => {
    const { calls, sending, rarely } = world();
    const asking = calls.once('IssueCertificate', EU, sending(error));
    await expect(asking).rejects.toThrow(error.message);
    expect(rarely).toHaveBeenCalledTimes(times);
  });

  it.each([
    [outOfTime('expired: 20260101T000000Z is now'), /set the clock of this machine/],
    [answered('ExpiredTokenException', 400), /the session credentials have expired/],
    [answered('ConcurrentModificationException', 400), /a later request can succeed/],
    [
      Object.assign(new SyntaxError('<'), { $response: { statusCode: 403 } }),
      /: HTTP 403: <; what answers there is not AWS Private CA: see issuer.endpoint/,
    ],
  ])('logs what would help: %s', async (error, advice) => {
    const { calls, sending, rarely } = world();
    const asking = calls.once('IssueCertificate', EU, sending(error));
    await expect(asking).rejects.toThrow(advice);
    expect(rarely.mock.calls).toEqual([
      [expect.stringContaining(`IssueCertificate ${EU}`), expect.stringMatching(advice)],
    ]);
  });

  it('says what to allow to whom', async () => {
    const { calls, sending } = world();
    const denied = calls.once(
      'IssueCertificate',
      EU,
      sending(answered('AccessDeniedException', 400)),
    );
    await expect(denied).rejects.toThrow(
      `IssueCertificate of ${EU}: AccessDeniedException: words (request request-1); allow acm-pca:IssueCertificate on ${EU} to the role of this server`,
    );
  });
});

describe('withRetries', () => {
  it.each([
    ['throttling', THROTTLED, [250, 500]],
    ['faults', FAULT, [50, 100]],
    ['connections', UNREACHABLE, [50, 100]],
  ])('tries three times after %s, with growing pauses', async (_, error, expected) => {
    const { calls, sending, pauses } = world();
    expect(await calls.withRetries('GetCertificate', EU, sending(error, error))).toBe('answer');
    expect(pauses).toEqual(expected);
    const send = sending(error, error, error);
    await expect(calls.withRetries('GetCertificate', EU, send)).rejects.toMatchObject({
      name: 'IssuerError',
    });
    expect(send).toHaveBeenCalledTimes(3);
  });

  it.each([REFUSED, new CredentialsError('none')])(
    'does not repeat what cannot help: %s',
    async (error) => {
      const { calls, sending } = world();
      const send = sending(error);
      await expect(calls.withRetries('GetCertificate', EU, send)).rejects.toThrow();
      expect(send).toHaveBeenCalledTimes(1);
    },
  );

  it('reports a fault of a read as unavailable', async () => {
    const { calls, sending } = world();
    const asking = calls.withRetries('GetCertificate', EU, sending(FAULT, FAULT, FAULT));
    await expect(asking).rejects.toMatchObject({ fault: 'unavailable' });
  });

  it('sends AWS little more than the calls themselves while it throttles', async () => {
    const { calls } = world();
    const send = vi.fn(() => Promise.reject(THROTTLED));
    for (let i = 0; i < 200; i += 1) {
      await calls.withRetries('GetCertificate', EU, send).catch(() => undefined);
    }
    expect(send.mock.calls.length).toBeGreaterThan(200);
    expect(send.mock.calls.length).toBeLessThanOrEqual(200 + 10 + 20);
  });
});

describe('the circuit breaker', () => {
  it('serves one region, logs when it opens and closes, and fails calls at once meanwhile', async () => {
    const { calls, sending, report, time } = world();
    const down = sending(FAULT, FAULT, FAULT, FAULT, FAULT);
    for (let i = 0; i < 5; i += 1) {
      await calls.once('IssueCertificate', EU, down).catch(() => undefined);
    }
    expect(report.mock.calls).toEqual([
      ['AWS Private CA in eu-central-1 fails; devices are told to wait', expect.any(Error)],
    ]);
    const send = sending();
    await expect(calls.once('IssueCertificate', EU, send)).rejects.toMatchObject({
      fault: 'unavailable',
      message: `IssueCertificate of ${EU} was not asked: AWS Private CA in eu-central-1 has failed repeatedly, and is tried again at ${new Date(time.now + 1_000).toISOString()}`,
    });
    expect(send).not.toHaveBeenCalled();
    expect(await calls.once('IssueCertificate', ARN('us-east-1'), send)).toBe('answer');
    time.now += 1_000;
    expect(await calls.once('IssueCertificate', EU, send)).toBe('answer');
    expect(report).toHaveBeenLastCalledWith('AWS Private CA in eu-central-1 answers again');
    expect(report).toHaveBeenCalledTimes(2);
  });

  it('is not opened by refusals and throttling', async () => {
    const { calls, report } = world();
    for (let i = 0; i < 20; i += 1) {
      const error = i % 2 === 0 ? REFUSED : THROTTLED;
      await calls.once('IssueCertificate', EU, () => Promise.reject(error)).catch(() => undefined);
    }
    expect(report).not.toHaveBeenCalled();
  });
});

describe('the region', () => {
  it("is that of the authority's ARN, and each has one client", async () => {
    const { calls, sending, clientOf } = world();
    await calls.once('GetCertificate', EU, sending());
    await calls.once('GetCertificate', EU, sending());
    expect(clientOf.mock.calls).toEqual([['eu-central-1'], ['eu-central-1']]);
    expect(clientOf.mock.results[0]?.value).toBe(clientOf.mock.results[1]?.value);
  });

  it('is that of the setting if there is one', async () => {
    const { calls, sending, clientOf } = world('us-west-2');
    await calls.once('GetCertificate', EU, sending());
    expect(clientOf).toHaveBeenCalledWith('us-west-2');
  });

  it('does not find what is not the ARN of a CA', async () => {
    const { calls, sending } = world();
    const send = sending();
    await expect(calls.once('GetCertificate', 'nonsense', send)).rejects.toMatchObject({
      fault: 'not-found',
    });
    expect(send).not.toHaveBeenCalled();
  });
});
