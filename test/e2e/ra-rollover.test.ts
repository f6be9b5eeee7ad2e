import { createHash } from 'node:crypto';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseSignedData } from '../../src/cms/parse-signed-data.ts';
import { MODERN_ALGORITHMS } from '../../src/scep/algorithm-policy.ts';
import { readCertRep } from '../../src/scep/read-cert-rep.ts';
import { readNextCaCertificates } from '../../src/scep/read-next-ca-certificates.ts';
import { readPkiRequest } from '../../src/scep/read-pki-message.ts';
import { type Certificate, parseCertificate } from '../../src/x509/parse-certificate.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { runOpenssl } from '../support/clients/run-openssl.ts';
import { deviceCsr, deviceRequest, makeDevice } from '../support/scep-messages/test-device.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
const device = makeDevice();
let server: RunningConnector;

beforeAll(async () => {
  server = await startConnector();
});

const rotate = (dataDir: string, ...more: string[]) =>
  runCommand(process.execPath, [MAIN, 'ra', 'rotate', '--data-dir', dataDir, ...more]);

const get = (operation: string) => fetch(`${server.ready.scepUrl}?operation=${operation}`);
const bodyOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());
const offersNext = async () => /^GetNextCACert$/m.test(await (await get('GetCACaps')).text());

async function currentRa(): Promise<Certificate> {
  const { certificates } = parseSignedData(await bodyOf(await get('GetCACert')));
  return parseCertificate(certificates[0] ?? new Uint8Array());
}

const fingerprint = ({ der }: Certificate) => createHash('sha256').update(der).digest('hex');

let transactions = 0;

/** The status of the answer to a new request for `ra`, which must be signed by `signer`. */
async function enrolWith(ra: Certificate, signer = ra): Promise<string> {
  transactions += 1;
  const csr = deviceCsr(device, { challengePassword: server.ready.challengePassword });
  const message = deviceRequest(device, ra, csr, { transactionId: `rollover-${transactions}` });
  const response = await fetch(`${server.ready.scepUrl}?operation=PKIOperation`, {
    method: 'POST',
    body: Buffer.from(message),
  });
  const { attributes, senderNonce } = readPkiRequest(message);
  const { transactionId } = attributes;
  const expected = { transactionId, senderNonce, signers: [signer], policy: MODERN_ALGORITHMS };
  return readCertRep(await bodyOf(response), expected, device).status;
}

describe('a rollover on a running server', () => {
  let old: Certificate;
  let next: Certificate;

  it('offers no next RA before it', async () => {
    old = await currentRa();
    expect(await offersNext()).toBe(false);
    const response = await get('GetNextCACert');
    expect(response.status).toBe(404);
    expect(await response.text()).toBe(
      'There is no next CA certificate: no rollover is under way.\n',
    );
  });

  it('announces the next RA, signed by the current one, on ra rotate --active-in', async () => {
    const { code, stdout, stderr } = await rotate(server.dataDir, '--active-in', '1h');
    expect(code, stderr).toBe(0);
    const response = await get('GetNextCACert');
    expect(response.headers.get('content-type')).toBe('application/x-x509-next-ca-cert');
    const reply = await bodyOf(response);
    const expected = { signers: [old], policy: MODERN_ALGORITHMS };
    const [first] = readNextCaCertificates(reply, 'application/x-x509-next-ca-cert', expected);
    if (first === undefined) throw new Error('unreachable');
    next = first;
    expect(stdout).toContain(fingerprint(next));
    expect(await offersNext()).toBe(true);
    expect(fingerprint(await currentRa())).toBe(fingerprint(old));
    const ca = server.ready.caCertificateFile;
    runOpenssl(['cms', '-verify', '-inform', 'DER', '-CAfile', ca, '-purpose', 'any'], reply);
  });

  it('lets both RAs serve meanwhile, each signing the answers to its own requests', async () => {
    expect(await enrolWith(old)).toBe('SUCCESS');
    expect(await enrolWith(next)).toBe('SUCCESS');
  });

  it('makes GetCACert return the next RA when its time comes, while the old one still serves', async () => {
    // Takes the place of the rotation that is due in an hour.
    const { code, stdout, stderr } = await rotate(server.dataDir, '--active-in', '3s');
    expect(code, stderr).toBe(0);
    await expect.poll(async () => stdout.includes(fingerprint(await currentRa()))).toBe(true);
    next = await currentRa();
    expect(await offersNext()).toBe(false);
    expect((await get('GetNextCACert')).status).toBe(404);
    expect(await enrolWith(old)).toBe('SUCCESS');
    expect(await enrolWith(next)).toBe('SUCCESS');
  });

  it('takes effect at once on ra rotate', async () => {
    const { code, stdout } = await rotate(server.dataDir);
    expect(code).toBe(0);
    expect(stdout).toContain(fingerprint(await currentRa()));
    expect(await enrolWith(old)).toBe('SUCCESS');
  });

  it('happens on dev --rotate-ra, and every RA serves after a start', async () => {
    const third = await currentRa();
    await server.stop();
    server = await startConnector({ dataDir: server.dataDir, args: ['--rotate-ra'] });
    const fourth = await currentRa();
    expect(fingerprint(fourth)).not.toBe(fingerprint(third));
    for (const ra of [old, next, third, fourth]) expect(await enrolWith(ra)).toBe('SUCCESS');
  });
});

it('after ra rotate --retire-old only the new key opens and signs', async () => {
  const retired = await currentRa();
  const { code, stderr } = await rotate(server.dataDir, '--retire-old');
  expect(code, stderr).toBe(0);
  const now = await currentRa();
  expect(await enrolWith(now)).toBe('SUCCESS');
  expect(await enrolWith(retired, now)).toBe('FAILURE');
});

describe('ra rotate', () => {
  it.each(['soon', '91d'])('refuses --active-in %j in one line', async (duration) => {
    const { code, stderr } = await rotate(server.dataDir, `--active-in=${duration}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^scep-connector: --active-in takes a duration.*\n$/);
  });

  it('refuses --retire-old with --active-in in one line', async () => {
    const { code, stderr } = await rotate(server.dataDir, '--retire-old', '--active-in=1d');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^scep-connector: --retire-old ends .*\n$/);
  });

  it('refuses a directory that is no server’s in one line, and leaves nothing in it', async () => {
    const { code, stderr } = await rotate(path.join(tempDirectory(), 'none'));
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^scep-connector: --data-dir .* is not a server's: it has no master.key.*\n$/,
    );
  });
});
