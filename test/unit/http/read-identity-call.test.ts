import STS from 'aws-sdk/clients/sts.js';
import { afterEach, describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../src/aws-wire/policy/parse-policy.ts';
import { signRequest, TEST_ACCESS_KEY } from '../../support/clients/sign-request.ts';
import { type RunningApi, startApi } from '../../support/servers/start-api.ts';

let api: RunningApi;
const start = async (...options: Parameters<typeof startApi>) => {
  api = await startApi(...options);
  return api;
};

afterEach(() => api.stop());

/** Version 2 of the JavaScript SDK, which reads the XML of the Query protocol itself. */
function openSts(changed: Partial<typeof TEST_ACCESS_KEY> = {}): STS {
  const credentials = { ...TEST_ACCESS_KEY, ...changed };
  return new STS({ endpoint: api.url, region: 'us-gov-west-1', credentials, maxRetries: 0 });
}

async function send(body: string, headers: Readonly<Record<string, string>>) {
  const signed = await signRequest({
    ...{ service: 'sts', method: 'POST', target: '/', host: new URL(api.url).host, body, headers },
  });
  const answer = await fetch(api.url, {
    ...{ method: 'POST', headers: signed.headers as [string, string][], body },
  });
  return { status: answer.status, text: await answer.text() };
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
const QUESTION = 'Action=GetCallerIdentity&Version=2011-06-15';

describe('STS', () => {
  it('answers GetCallerIdentity even if the policy denies everything', async () => {
    const policy = parsePolicy(
      '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}',
    );
    await start({}, { policy });
    const { $response: _, ...identity } = await openSts().getCallerIdentity().promise();
    expect(identity).toMatchObject({
      Account: '111122223333',
      Arn: 'arn:aws-us-gov:iam::111122223333:user/alice',
      UserId: 'alice',
    });
    expect(api.log.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { operation: 'GetCallerIdentity', httpStatus: 200 },
    ]);
  });

  it.each([
    ['InvalidClientTokenId', { accessKeyId: 'AKIANOBODYNOBODYNOBO' }],
    ['SignatureDoesNotMatch', { secretAccessKey: 'another secret access key here' }],
  ])('refuses with %s, as at AWS', async (code, changed) => {
    await start();
    const asked = openSts(changed as Partial<typeof TEST_ACCESS_KEY>).getCallerIdentity();
    await expect(asked.promise()).rejects.toMatchObject({ code, statusCode: 403 });
  });

  it('refuses an unsigned form in the Query protocol', async () => {
    await start();
    const answer = await fetch(api.url, { method: 'POST', headers: FORM, body: QUESTION });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('content-type')).toBe('text/xml');
    expect(await answer.text()).toBe(
      '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>MissingAuthenticationToken</Code><Message>Missing Authentication Token</Message></Error></ErrorResponse>',
    );
  });

  it.each([
    ['another action', 'Action=GetSessionToken&Version=2011-06-15'],
    ['a body that is not a form', '{}'],
    ['an empty body', ''],
  ])('refuses %s as an unknown action', async (_name, body) => {
    await start();
    const { status, text } = await send(body, FORM);
    expect(status).toBe(404);
    expect(text).toContain('<Code>InvalidAction</Code>');
  });
});
