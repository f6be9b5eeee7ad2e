import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseSettings } from '../../src/config/parse-settings.ts';
import { readSettingsEnvironment } from '../../src/config/read-settings-environment.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { startListener } from '../../src/http/start-listener.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createBackgroundWork } from '../../src/server/background-work.ts';
import { wire } from '../../src/wire.ts';
import { wireApi } from '../../src/wire-api.ts';
import {
  type RequestToSign,
  signRequest,
  testCredential,
} from '../support/clients/sign-request.ts';
import { openInMemoryRecordStore } from '../support/fakes/in-memory-record-store.ts';
import { readReply } from '../support/servers/start-api.ts';

const ENROL_URL = 'https://scep.example.com';
const AUTHORITY = {
  CertificateAuthorityArn:
    'arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566',
};

/** The API with these settings, and a function that sends it a signed request. */
async function apiWith(variables: Record<string, string>) {
  const environment = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [`SCEP_CONNECTOR_${name}`, value]),
  );
  const { settings } = parseSettings([readSettingsEnvironment(SETTINGS, environment, [])]);
  const logger = createLogger('silent');
  const background = createBackgroundWork(logger);
  const wired = await wire(
    {
      storeDir: 'nowhere',
      masterKey: randomBytes(32),
      authorityQuota: settings.quotas.certificateAuthorities,
    },
    { store: openInMemoryRecordStore(Date.now) },
  );
  const credential = testCredential();
  const findCredential = (id: string) => (id === credential.accessKeyId ? credential : undefined);
  const app = wireApi(wired, settings, {
    ...{ findCredential, enrolUrl: ENROL_URL, logger },
    inBackground: background.start,
  });
  const listener = await startListener(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await listener.drain(0);
    await background.settled();
  });
  const send = async (request: RequestToSign) => {
    const { host } = new URL(listener.url);
    const { method, target, headers, body } = await signRequest({ host, ...request });
    const sent = method === 'GET' ? {} : { body: Buffer.from(body) };
    return readReply(
      await fetch(`${listener.url}${target}`, {
        method,
        headers: [...headers].map(([name, value]) => [name, value]),
        ...sent,
      }),
    );
  };
  return { send, url: listener.url };
}

const LIST: RequestToSign = { target: '/connectors' };
const CREATE: RequestToSign = { method: 'POST', body: JSON.stringify(AUTHORITY) };

describe('each setting of the API does what it says', () => {
  it('by default allows the region of dev alone and the default quotas', async () => {
    const { send } = await apiWith({});
    for (const region of ['ap-south-1', 'zz-any-1', 'us-east-2']) {
      expect(await send({ ...LIST, region })).toMatchObject({
        status: 403,
        error: 'InvalidSignatureException',
        text: expect.stringContaining(`valid region, not '${region}'`) as string,
      });
    }
    expect((await send(CREATE)).status).toBe(202);
    const { body } = await send(LIST);
    expect(JSON.stringify(body)).toContain(`"Endpoint":"${ENROL_URL}/scep/`);
  });

  it('api.regions limits the regions of requests', async () => {
    const { send } = await apiWith({ API_REGIONS: 'eu-central-1' });
    expect((await send({ ...LIST, region: 'eu-central-1' })).status).toBe(200);
    expect((await send({ ...LIST, region: 'us-east-1' })).status).toBe(403);
  });

  it('api.clockSkewSeconds bounds the age of a signature', async () => {
    const { send } = await apiWith({ API_CLOCK_SKEW_SECONDS: '60' });
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
    expect((await send({ ...LIST, signedAt: ago(30) })).status).toBe(200);
    expect((await send({ ...LIST, signedAt: ago(90) })).status).toBe(403);
  });

  it('api.rates throttles calls', async () => {
    const { send } = await apiWith({ API_RATES_LIST_CONNECTORS: '0' });
    expect(await send(LIST)).toMatchObject({ status: 429, error: 'ThrottlingException' });
    expect((await send(CREATE)).status).toBe(202);
  });

  it('quotas.connectors limits the connectors of an account', async () => {
    const { send } = await apiWith({ QUOTAS_CONNECTORS: '1' });
    expect((await send(CREATE)).status).toBe(202);
    expect(await send(CREATE)).toMatchObject({
      status: 402,
      error: 'ServiceQuotaExceededException',
    });
  });

  it('issuer.kind decides whether the Private CA API is served', async () => {
    const request = {
      service: 'acm-pca',
      method: 'POST',
      target: '/',
      headers: { 'x-amz-target': 'ACMPrivateCA.ListCertificateAuthorities' },
      body: '{}',
    };
    const { send } = await apiWith({ ISSUER_KIND: 'embedded' });
    expect(await send(request)).toMatchObject({ status: 200 });
    const atAws = await apiWith({ ISSUER_KIND: 'acm-pca' });
    expect(await atAws.send(request)).toMatchObject({
      status: 400,
      error: 'UnknownOperationException',
      text: expect.stringContaining('The CAs of this server are at AWS') as string,
    });
    expect(await atAws.send(LIST)).toMatchObject({ status: 200 });
  });

  it('quotas.certificateAuthorities limits the CAs of an account', async () => {
    const { send } = await apiWith({ QUOTAS_CERTIFICATE_AUTHORITIES: '1' });
    const request = {
      service: 'acm-pca',
      method: 'POST',
      target: '/',
      headers: {
        'x-amz-target': 'ACMPrivateCA.CreateCertificateAuthority',
        'content-type': 'application/x-amz-json-1.1',
      },
      body: JSON.stringify({
        CertificateAuthorityType: 'ROOT',
        CertificateAuthorityConfiguration: {
          KeyAlgorithm: 'EC_prime256v1',
          SigningAlgorithm: 'SHA256WITHECDSA',
          Subject: { CommonName: 'Root' },
        },
      }),
    };
    expect((await send(request)).status).toBe(200);
    expect(await send(request)).toMatchObject({ status: 400, error: 'LimitExceededException' });
  });

  it('api.allowedOrigins decides which web pages may call the API', async () => {
    const origin = 'https://console.example.com';
    const preflight = {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    };
    const allowing = await apiWith({ API_ALLOWED_ORIGINS: origin });
    const allowed = await fetch(allowing.url, preflight);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
    const refused = await fetch((await apiWith({})).url, preflight);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  });
});
