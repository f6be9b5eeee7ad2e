import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { DescribeCertificateAuthorityCommand } from '@aws-sdk/client-acm-pca';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { MINUTE_MS } from '../../../../src/durations.ts';
import { openRegionClients } from '../../../../src/issuer/acm-pca/open-region-clients.ts';
import { createPrivateCaCalls } from '../../../../src/issuer/acm-pca/private-ca-calls.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

const ARN = 'arn:aws:acm-pca:eu-west-1:999988887777:certificate-authority/x';
const FRESH = 2_000;
const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const OK: Reply = { status: 200, body: '{"CertificateAuthority":{"Status":"ACTIVE"}}' };

async function startHttp(
  reply: (request: IncomingMessage, body: string) => Reply,
): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((asked) => {
      const { status, headers, body } = reply(request, asked);
      response.writeHead(status, headers).end(body);
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const signedAt = ({ headers }: IncomingMessage) =>
  Date.parse(String(headers['x-amz-date']).replace(AMZ_DATE, '$1-$2-$3T$4:$5:$6Z'));
const describeAuthority = (clientOf: ReturnType<typeof openRegionClients>) =>
  clientOf('eu-west-1').send(
    new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: ARN }),
  );
const credentials = async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' });

afterEach(() => vi.unstubAllEnvs());

it('signs a request for the region of its client, whatever account the CA belongs to', async () => {
  const scopes: string[] = [];
  const endpoint = await startHttp(({ headers }) => {
    scopes.push(/Credential=AKID\/\d+\/([^,]+),/.exec(headers.authorization ?? '')?.[1] ?? '');
    return OK;
  });
  await describeAuthority(openRegionClients({ endpoint, credentials }));
  expect(scopes).toEqual(['eu-west-1/acm-pca/aws4_request']);
});

it.each([-20, 20])(
  'where this clock is %i minutes off, one request fails and the next are right',
  async (minutes) => {
    const endpoint = await startHttp((request) => {
      const now = Date.now() + minutes * MINUTE_MS;
      const headers = { date: new Date(now).toUTCString() };
      if (Math.abs(signedAt(request) - now) < 5 * MINUTE_MS) return { ...OK, headers };
      const error = { __type: 'InvalidSignatureException', message: 'Signature expired: then' };
      return { status: 400, headers, body: JSON.stringify(error) };
    });
    const clientOf = openRegionClients({ endpoint, credentials });
    await expect(describeAuthority(clientOf)).rejects.toThrow('Signature expired');
    await describeAuthority(clientOf);
    await describeAuthority(clientOf);
  },
);

describe('credentials of the chain', () => {
  const keyOf = ({ headers }: IncomingMessage) =>
    /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1] ?? '';

  it('are renewed from the rotated token file of IRSA shortly before they expire', async () => {
    const tokens: (string | null)[] = [];
    const sts = await startHttp((_, body) => {
      tokens.push(new URLSearchParams(body).get('WebIdentityToken'));
      return { status: 200, headers: { 'content-type': 'text/xml' }, body: assumed(tokens.length) };
    });
    const keys: string[] = [];
    const endpoint = await startHttp((request) => {
      keys.push(keyOf(request));
      return OK;
    });
    const tokenFile = path.join(tempDirectory(), 'token');
    stubChain({
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
      AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/scep',
      AWS_ENDPOINT_URL_STS: sts,
    });
    const clientOf = openRegionClients({ endpoint });
    writeFileSync(tokenFile, 'token-1');
    await describeAuthority(clientOf);
    expect(keys).toEqual(['ASIA1']);
    writeFileSync(tokenFile, 'token-2');
    await vi.waitUntil(
      async () => {
        await describeAuthority(clientOf);
        return keys.includes('ASIA2');
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(tokens.slice(0, 2)).toEqual(['token-1', 'token-2']);
  });

  it('are read from their file again when AWS rejects them as expired', async () => {
    const endpoint = await startHttp((request) => {
      if (keyOf(request) === 'ASIA2') return OK;
      const error = { __type: 'ExpiredTokenException', message: 'The security token is expired' };
      return { status: 400, body: JSON.stringify(error) };
    });
    const file = path.join(tempDirectory(), 'credentials');
    const write = (number: number) =>
      writeFileSync(
        file,
        `[default]\naws_access_key_id=ASIA${number}\naws_secret_access_key=s\naws_session_token=t\n`,
      );
    stubChain({ AWS_SHARED_CREDENTIALS_FILE: file });
    const now = Date.now();
    const calls = createPrivateCaCalls({
      ...{ clientOf: openRegionClients({ endpoint }), region: undefined, clock: () => now },
      ...{ sleep: async () => undefined, random: () => 0 },
      ...{ report: () => undefined, reportRarely: () => undefined },
    });
    const command = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: ARN });
    const ask = () =>
      calls.withRetries('Describe', ARN, (client, how) => client.send(command, how));
    write(1);
    await expect(ask()).rejects.toMatchObject({ fault: 'unavailable' });
    write(2);
    await expect(ask()).rejects.toThrow(/the session credentials have expired/);
    await vi.waitFor(ask, { timeout: 20_000, interval: 50 });
  });
});

/**
 * An answer of AssumeRoleWithWebIdentity; the SDK renews credentials five minutes before expiry.
 */
function assumed(number: number): string {
  const end = new Date(Date.now() + 5 * MINUTE_MS + FRESH).toISOString();
  return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/scep/x</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser><Credentials><AccessKeyId>ASIA${number}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${end}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
}

/** Hides the environment in which the tests run. */
function stubChain(environment: Readonly<Record<string, string>>): void {
  const nowhere = path.join(tempDirectory(), 'none');
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) {
    vi.stubEnv(name, undefined);
  }
  const files = { AWS_CONFIG_FILE: nowhere, AWS_SHARED_CREDENTIALS_FILE: nowhere };
  for (const [name, value] of Object.entries({
    AWS_REGION: 'eu-west-1',
    ...files,
    ...environment,
  })) {
    vi.stubEnv(name, value);
  }
}
