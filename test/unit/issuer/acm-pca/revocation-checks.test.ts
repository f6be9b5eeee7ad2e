import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { decodePem } from '../../../../src/asn1/pem.ts';
import { DAY_MS, MINUTE_MS } from '../../../../src/durations.ts';
import { createAcmPcaIssuer } from '../../../../src/issuer/acm-pca/acm-pca-issuer.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../../src/private-ca/activate-root.ts';
import { currentCrl } from '../../../../src/private-ca/crl/crls.ts';
import { certificateArn } from '../../../../src/private-ca/model/private-ca-arns.ts';
import { type Certificate, parseCertificate } from '../../../../src/x509/parse-certificate.ts';
import { issueTestCertificate } from '../../../support/servers/open-revoking-ca.ts';
import {
  type AcmPcaServer,
  startAcmPcaServer,
} from '../../../support/servers/start-acm-pca-server.ts';

let server: AcmPcaServer;

beforeAll(async () => {
  server = await startAcmPcaServer();
});
afterAll(() => server.stop());

/** A new root, and an issuer with empty caches. */
async function world() {
  const { ca, endpoint, credentials, store, publicHost } = server;
  const arn = await activateRoot(ca, {
    name: randomUUID(),
    keyAlgorithm: 'EC_prime256v1',
    signingAlgorithm: 'SHA256WITHECDSA',
    subject: { CommonName: 'Revoking Root' },
    validity: { Type: 'YEARS', Value: 5 },
  });
  const time = { passed: 0 };
  const report = vi.fn();
  const issuer = createAcmPcaIssuer({
    ...{ endpoint, credentials, store, report },
    clock: () => Date.now() + time.passed,
    certificatesPerSecond: 1_000,
  });
  const issue = async (): Promise<Certificate> => {
    const CertificateArn = certificateArn(arn, await issueTestCertificate(ca, arn));
    const input = { CertificateAuthorityArn: arn, CertificateArn };
    const { Certificate: pem } = await ACTIONS.GetCertificate(ca, input);
    const [der] = decodePem('CERTIFICATE', pem);
    return parseCertificate(der ?? Buffer.alloc(0));
  };
  const revoke = async ({ serialNumber }: Certificate) => {
    await ACTIONS.RevokeCertificate(ca, {
      CertificateAuthorityArn: arn,
      CertificateSerial: Buffer.from(serialNumber).toString('hex'),
      RevocationReason: 'KEY_COMPROMISE',
    });
  };
  const list = (host: string, changes: Record<string, unknown> = {}) =>
    server.configureRevocation(arn, {
      CrlConfiguration: {
        ...{ Enabled: true, ExpirationInDays: 1, S3BucketName: 'lists', CustomCname: host },
        ...changes,
      },
    });
  return { ca, arn, issuer, time, report, publicHost, issue, revoke, list };
}

async function startHttp(listener: RequestListener): Promise<string> {
  const http = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  await new Promise((resolve) => http.once('listening', resolve));
  return `127.0.0.1:${(http.address() as AddressInfo).port}`;
}

describe('an authority that publishes nothing', () => {
  it('counts no certificate as revoked, and reports that once', async () => {
    const { issuer, arn, issue, report } = await world();
    const certificate = await issue();
    expect(await issuer.revocationReasonOf(arn, certificate)).toBeUndefined();
    expect(await issuer.revocationReasonOf(arn, certificate)).toBeUndefined();
    expect(await issuer.getRevocationList(arn)).toBeUndefined();
    expect(report.mock.calls).toEqual([[expect.stringContaining(`${arn} publishes neither`)]]);
  });
});

describe('a complete CRL', () => {
  it('is fetched once for concurrent calls, and again after a quarter of an hour', async () => {
    const { ca, issuer, arn, issue, list, time } = await world();
    const fetched = vi.fn();
    const host = await startHttp((request, response) => {
      fetched(request.url);
      void currentCrl(ca, arn).then((crl) => response.end(crl));
    });
    await list(host);
    const certificate = await issue();
    await Promise.all(
      Array.from({ length: 20 }, () => issuer.revocationReasonOf(arn, certificate)),
    );
    expect(fetched.mock.calls).toEqual([[`/crl/${arn.slice(-36)}.crl`]]);
    time.passed += 14 * MINUTE_MS;
    await issuer.revocationReasonOf(arn, certificate);
    expect(fetched).toHaveBeenCalledTimes(1);
    time.passed += MINUTE_MS;
    await issuer.revocationReasonOf(arn, certificate);
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it.each<[string, RequestListener, RegExp]>([
    ['is not there', (_, response) => void response.writeHead(404).end(), /HTTP status 404$/],
    [
      'is elsewhere',
      (_, response) => void response.writeHead(301, { location: 'http://127.0.0.1:1/' }).end(),
      /HTTP status 301$/,
    ],
    ['is none', (_, response) => void response.end('nonsense'), /./],
    ['breaks off', (_, response) => void response.socket?.destroy(), /cannot be reached/],
    [
      'is endless',
      (_, response) => {
        const octets = Buffer.alloc(1024 * 1024);
        const more = () => void response.write(octets, more);
        more();
      },
      /longer than 8388608 octets$/,
    ],
  ])('that %s is unavailable, with a message that names its URL', async (_, listener, reason) => {
    const { issuer, arn, issue, list } = await world();
    const host = await startHttp(listener);
    await list(host);
    const certificate = await issue();
    const asking = issuer.revocationReasonOf(arn, certificate);
    await expect(asking).rejects.toMatchObject({ name: 'IssuerError', fault: 'unavailable' });
    await expect(asking).rejects.toThrow(`http://${host}/crl/${arn.slice(-36)}.crl`);
    await expect(asking).rejects.toThrow(reason);
    await expect(issuer.getRevocationList(arn)).rejects.toMatchObject({ fault: 'unavailable' });
  });

  it('is fetched again ten seconds after a failure', async () => {
    const { ca, issuer, arn, issue, list, time } = await world();
    let isDown = true;
    const host = await startHttp((_, response) => {
      if (isDown) response.writeHead(503).end();
      else void currentCrl(ca, arn).then((crl) => response.end(crl));
    });
    await list(host);
    const certificate = await issue();
    await expect(issuer.revocationReasonOf(arn, certificate)).rejects.toThrow();
    isDown = false;
    await expect(issuer.revocationReasonOf(arn, certificate)).rejects.toThrow();
    time.passed += 10_000;
    expect(await issuer.revocationReasonOf(arn, certificate)).toBeUndefined();
  });

  it('of another authority, or out of date, is not accepted', async () => {
    const { ca, issuer, arn, issue, list, time } = await world();
    const other = await world();
    let source = arn;
    const host = await startHttp((_, response) => {
      void currentCrl(ca, source).then((crl) => response.end(crl));
    });
    await list(host);
    const certificate = await issue();
    time.passed = -DAY_MS;
    await expect(issuer.revocationReasonOf(arn, certificate)).rejects.toThrow(/not valid yet$/);
    time.passed = 2 * DAY_MS;
    await expect(issuer.revocationReasonOf(arn, certificate)).rejects.toThrow(/out of date$/);
    time.passed += MINUTE_MS;
    source = other.arn;
    await expect(issuer.revocationReasonOf(arn, certificate)).rejects.toThrow(
      /not signed by the CA$/,
    );
  });
});

describe('partitioned CRLs', () => {
  it('are read at the URL that the certificate names', async () => {
    const { issuer, arn, issue, list, revoke, publicHost, time } = await world();
    await list(publicHost, { CrlType: 'PARTITIONED', CustomPath: 'parts' });
    const [revoked, valid] = [await issue(), await issue()];
    expect(await issuer.revocationReasonOf(arn, revoked)).toBeUndefined();
    await revoke(revoked);
    time.passed += 15 * MINUTE_MS;
    expect(await issuer.revocationReasonOf(arn, revoked)).toBe('keyCompromise');
    expect(await issuer.revocationReasonOf(arn, valid)).toBeUndefined();
    expect(await issuer.getRevocationList(arn)).toBeUndefined();
  });

  it('do not cover a certificate that names none of them', async () => {
    const { issuer, arn, issue, list, publicHost } = await world();
    const before = await issue();
    await list(publicHost, { CrlType: 'PARTITIONED' });
    const asking = issuer.revocationReasonOf(arn, before);
    await expect(asking).rejects.toMatchObject({ fault: 'unavailable' });
    await expect(asking).rejects.toThrow('names none of them');
  });

  it('do not cover a certificate that names another host', async () => {
    const { issuer, arn, issue, list, publicHost } = await world();
    await list('127.0.0.1:1', { CrlType: 'PARTITIONED' });
    const elsewhere = await issue();
    await list(publicHost, { CrlType: 'PARTITIONED' });
    await expect(issuer.revocationReasonOf(arn, elsewhere)).rejects.toThrow('names none of them');
  });
});

describe('OCSP alone', () => {
  const respond = async (opened: Awaited<ReturnType<typeof world>>, host: string) =>
    server.configureRevocation(opened.arn, {
      OcspConfiguration: { Enabled: true, OcspCustomCname: host },
    });

  it('tells whether each certificate is revoked', async () => {
    const opened = await world();
    const { issuer, arn, issue, revoke, publicHost, time } = opened;
    await respond(opened, publicHost);
    const [revoked, valid] = [await issue(), await issue()];
    expect(await issuer.revocationReasonOf(arn, revoked)).toBeUndefined();
    await revoke(revoked);
    time.passed += 15 * MINUTE_MS;
    expect(await issuer.revocationReasonOf(arn, revoked)).toBe('keyCompromise');
    expect(await issuer.revocationReasonOf(arn, valid)).toBeUndefined();
    expect(await issuer.getRevocationList(arn)).toBeUndefined();
  });

  it('is unavailable when the responder does not know the certificate or is another one', async () => {
    const opened = await world();
    const { issuer, arn, issue, publicHost, time } = opened;
    await respond(opened, publicHost);
    const certificate = await issue();
    const unknown = { ...certificate, serialNumber: Buffer.of(5) };
    await expect(issuer.revocationReasonOf(arn, unknown)).rejects.toThrow(
      'it does not know the certificate',
    );
    time.passed += 2 * DAY_MS;
    await expect(issuer.revocationReasonOf(arn, certificate)).rejects.toThrow(
      'its answer is out of date',
    );
  });

  it.each<[string, string, RegExp]>([
    ['unsuccessful', '30030a0106', /the OCSP response has the status 6$/],
    ['nonsense', '3000', /./],
  ])('is unavailable when the answer is %s', async (_, hex, reason) => {
    const opened = await world();
    const { issuer, arn, issue } = opened;
    const host = await startHttp(
      (_request, response) => void response.end(Buffer.from(hex, 'hex')),
    );
    await respond(opened, host);
    const certificate = await issue();
    const asking = issuer.revocationReasonOf(arn, certificate);
    await expect(asking).rejects.toMatchObject({ fault: 'unavailable' });
    await expect(asking).rejects.toThrow(reason);
  });
});
