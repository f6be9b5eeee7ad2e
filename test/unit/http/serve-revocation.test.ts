import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { DAY_MS, HOUR_MS } from '../../../src/durations.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { KeyStoreError } from '../../../src/private-ca/keys/key-store.ts';
import { type Crl, parseCrl } from '../../../src/x509/parse-crl.ts';
import { runCommand } from '../../support/clients/run-command.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { interruptible } from '../../support/fakes/interruptible-store.ts';
import { type Responder, startResponder } from '../../support/servers/start-responder.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

/** When a CRL that could not be made is tried again. */
const RETRY_MS = 15_000;
const CRL = { Enabled: true, S3BucketName: 'crl-bucket', ExpirationInDays: 10 };
const time = { ahead: 0 };
const clock = () => Date.now() + time.ahead;
const store = interruptible(openInMemoryRecordStore(clock));
let responder: Responder;

beforeAll(async () => {
  responder = await startResponder(clock, store);
  await responder.configure({ CrlConfiguration: CRL });
});
afterAll(() => responder.stop());

const listUrl = () => `${responder.url}/crl/${responder.id}.crl`;

async function verify(file: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runCommand('openssl', [
    ...['verify', '-x509_strict', ...args, '-CAfile', responder.authorityFile, file],
  ]);
  return stdout + stderr;
}

describe('the CRL', () => {
  it('is found by OpenSSL through the certificate, before and after a revocation', async () => {
    const { serial, file } = await responder.issue();
    expect(runOpenssl(['x509', '-in', file, '-noout', '-text']).toString()).toContain(
      `URI:${listUrl()}`,
    );
    expect(await verify(file, '-crl_check', '-crl_download')).toMatch(/OK\s*$/);
    await responder.revoke(serial);
    expect(await verify(file, '-crl_check', '-crl_download')).toContain('certificate revoked');
  });

  it('is valid for the whole chain', async () => {
    const { file } = await responder.issue();
    const der = Buffer.from(await (await fetch(listUrl())).arrayBuffer());
    const crlFile = path.join(tempDirectory(), 'crl.pem');
    writeFileSync(crlFile, runOpenssl(['crl', '-inform', 'DER'], der));
    expect(await verify(file, '-crl_check_all', '-CRLfile', crlFile)).toMatch(/OK\s*$/);
  });

  it('has the headers that caches need, and is not sent again to a client that has it', async () => {
    const response = await fetch(listUrl());
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/pkix-crl');
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    expect(Date.parse(response.headers.get('last-modified') ?? '')).not.toBeNaN();
    const crl = parseCrl(Buffer.from(await response.arrayBuffer()));
    expect(crl.nextUpdate?.getTime()).toBe(crl.thisUpdate.getTime() + 10 * DAY_MS + HOUR_MS);
    const ifNoneMatch = { 'if-none-match': response.headers.get('etag') ?? '' };
    const again = await fetch(listUrl(), { headers: ifNoneMatch });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const head = await fetch(listUrl(), { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(crl.der.length));
    await responder.revoke((await responder.issue()).serial);
    expect((await fetch(listUrl(), { headers: ifNoneMatch })).status).toBe(200);
  });

  it('is read from the store once for many requests', async () => {
    await fetch(listUrl());
    const reads: string[] = [];
    const { get } = store;
    store.get = (partition, collection, key) => {
      reads.push(collection);
      return get(partition, collection, key);
    };
    await Promise.all(Array.from({ length: 10 }, () => fetch(listUrl())));
    store.get = get;
    expect(reads).toContain('revocation-list-mark');
    expect(reads).not.toContain('revocation-list');
  });

  it('is valid as long as configured, as soon as the configuration changes', async () => {
    await responder.configure({ CrlConfiguration: { ...CRL, ExpirationInDays: 2 } });
    const crl = parseCrl(Buffer.from(await (await fetch(listUrl())).arrayBuffer()));
    expect(crl.nextUpdate?.getTime()).toBe(crl.thisUpdate.getTime() + 2 * DAY_MS + HOUR_MS);
    await responder.configure({ CrlConfiguration: CRL });
  });

  it('is served under any directory, for CustomPath, but only by its own id', async () => {
    for (const directory of ['', 'a/b/', 'scep/x/y/']) {
      const response = await fetch(`${responder.url}/${directory}${responder.id}.crl`);
      expect(response.status).toBe(200);
    }
    const unknown = await fetch(`${responder.url}/crl/00000000-0000-4000-8000-000000000000.crl`);
    expect(unknown.status).toBe(404);
    expect((await fetch(`${responder.url}/crl/..%2f${responder.id}x.crl`)).status).toBe(404);
  });

  it('is renewed while the CA is DISABLED, and no longer once the CA has EXPIRED', async () => {
    const input = { CertificateAuthorityArn: responder.arn };
    await ACTIONS.UpdateCertificateAuthority(responder.ca, { ...input, Status: 'DISABLED' });
    time.ahead = 6 * DAY_MS;
    const disabled = await (await fetch(listUrl())).arrayBuffer();
    expect(parseCrl(Buffer.from(disabled)).thisUpdate.getTime()).toBeGreaterThan(Date.now());
    time.ahead = 6 * 366 * DAY_MS;
    const expired = await (await fetch(listUrl())).arrayBuffer();
    expect(Buffer.from(expired).equals(Buffer.from(disabled))).toBe(true);
    time.ahead = 0;
    await ACTIONS.UpdateCertificateAuthority(responder.ca, { ...input, Status: 'ACTIVE' });
  });
});

describe('the CRL of a partition', () => {
  beforeAll(() => responder.configure({ CrlConfiguration: { ...CRL, CrlType: 'PARTITIONED' } }));
  afterAll(() => responder.configure({ CrlConfiguration: CRL }));

  const partitionUrl = (serial: string) =>
    `${responder.url}/crl/${responder.id}-${serial.slice(0, 2)}.crl`;
  const readList = async (url: string) =>
    parseCrl(Buffer.from(await (await fetch(url)).arrayBuffer()));
  const serialsOf = ({ revoked }: Crl) =>
    revoked.map(({ serialNumber }) => Buffer.from(serialNumber).toString('hex').slice(-32));

  it('is found and accepted by OpenSSL, before and after a revocation', async () => {
    const { serial, file } = await responder.issue();
    const text = runOpenssl(['x509', '-in', file, '-noout', '-text']).toString();
    expect(text).toContain(`URI:${partitionUrl(serial)}`);
    const check = ['-crl_check', '-crl_download', '-extended_crl'];
    expect(await verify(file, ...check)).toMatch(/OK\s*$/);
    await responder.revoke(serial);
    expect(await verify(file, ...check)).toContain('certificate revoked');
  });

  it('names its URL from the certificate in a critical extension', async () => {
    const { serial } = await responder.issue();
    const { extensions } = await readList(partitionUrl(serial));
    const point = extensions.find(({ oid }) => oid === OID.issuingDistributionPoint);
    expect(point?.critical).toBe(true);
    expect(Buffer.from(point?.value ?? []).toString('latin1')).toContain(partitionUrl(serial));
  });

  it('lists its own certificates only, while the complete CRL lists all', async () => {
    const issued = await Promise.all(Array.from({ length: 5 }, () => responder.issue()));
    const serials = issued.map(({ serial }) => serial);
    for (const serial of serials) await responder.revoke(serial);
    expect(serialsOf(await readList(listUrl()))).toEqual(expect.arrayContaining(serials));
    for (const serial of serials) {
      const named = serialsOf(await readList(partitionUrl(serial)));
      expect(named).toContain(serial);
      expect(named.every((one) => one.startsWith(serial.slice(0, 2)))).toBe(true);
    }
  });

  it('adopts a new name of the CA and keeps the names that certificates hold', async () => {
    const { serial, file } = await responder.issue();
    const before = await readList(partitionUrl(serial));
    const CustomCname = `localhost:${new URL(responder.url).port}`;
    await responder.configure({
      CrlConfiguration: { ...CRL, CrlType: 'PARTITIONED', CustomCname, CustomPath: 'a' },
    });
    const after = await readList(partitionUrl(serial));
    const text = Buffer.from(after.tbs).toString('latin1');
    const name = `${responder.id}-${serial.slice(0, 2)}.crl`;
    expect(text).toContain(`http://${CustomCname}/a/${name}`);
    expect(text).toContain(partitionUrl(serial));
    expect(after.der).not.toEqual(before.der);
    const later = await responder.issue();
    const check = ['-crl_check', '-crl_download', '-extended_crl'];
    for (const each of [file, later.file]) expect(await verify(each, ...check)).toMatch(/OK\s*$/);
    await responder.revoke(serial);
    await responder.revoke(later.serial);
    for (const each of [file, later.file]) {
      expect(await verify(each, ...check)).toContain('certificate revoked');
    }
    await responder.configure({ CrlConfiguration: { ...CRL, CrlType: 'PARTITIONED' } });
  });

  it('exists for every first octet of a serial number', async () => {
    const url = `${responder.url}/crl/${responder.id}`;
    expect((await fetch(`${url}-00.crl`)).status).toBe(200);
    expect((await fetch(`${url}-0.crl`)).status).toBe(404);
    expect((await fetch(`${url}-zz.crl`)).status).toBe(404);
  });
});

it('serves the certificate of a CA in DER', async () => {
  const response = await fetch(`${responder.url}/ca/${responder.id}.cer`);
  expect(response.headers.get('content-type')).toBe('application/pkix-cert');
  const served = new X509Certificate(Buffer.from(await response.arrayBuffer()));
  expect(served.toString()).toBe(
    new X509Certificate(readFileSync(responder.authorityFile)).toString(),
  );
  expect((await fetch(`${responder.url}/ca/x.cer`)).status).toBe(404);
});

describe('an outage', () => {
  async function expectRetryLater(url: string): Promise<void> {
    const response = await fetch(url);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(5);
    expect(await response.text()).toMatch(/Try again later\.\n$/);
  }

  it('of the store answers 503 with Retry-After for CRLs and certificates', async () => {
    store.state = 'away';
    await expectRetryLater(listUrl());
    await expectRetryLater(`${responder.url}/ca/${responder.id}.cer`);
    store.state = 'there';
    expect((await fetch(listUrl())).status).toBe(200);
  });

  /** Makes the key of the CA unavailable until the returned function is called. */
  function takeTheKeyAway(): () => void {
    const { signingKeys } = responder.ca;
    const { get } = signingKeys;
    const away = () => Promise.reject(new KeyStoreError('unavailable', 'the token is away'));
    Object.assign(signingKeys, { get: away });
    return () => Object.assign(signingKeys, { get });
  }

  it('of the key answers 503 if a certificate has been revoked since the last CRL', async () => {
    await responder.revoke((await responder.issue()).serial);
    const giveBack = takeTheKeyAway();
    await expectRetryLater(listUrl());
    giveBack();
    time.ahead += RETRY_MS;
    expect((await fetch(listUrl())).status).toBe(200);
  });

  it('of the key leaves the last CRL in place until its nextUpdate', async () => {
    const read = async () => Buffer.from(await (await fetch(listUrl())).arrayBuffer());
    const last = await read();
    const giveBack = takeTheKeyAway();
    time.ahead = 9 * DAY_MS;
    expect(await read()).toEqual(last);
    time.ahead = 10 * DAY_MS + 2 * RETRY_MS;
    await expectRetryLater(listUrl());
    time.ahead = 9 * DAY_MS + 2 * RETRY_MS;
    giveBack();
    expect(await read()).not.toEqual(last);
    time.ahead = 0;
  });
});
