import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPython } from '../support/clients/find-python.ts';
import { runOrThrow } from '../support/clients/run-command.ts';
import { type Responder, startResponder } from '../support/servers/start-responder.ts';

const python = findPython('cryptography');
const script = new URL('check-revocation.py', import.meta.url).pathname;
let responder: Responder;

beforeAll(async () => {
  responder = await startResponder();
});
afterAll(() => responder.stop());

/** What other software learns about a certificate from the URLs in it. */
async function check(file: string): Promise<unknown> {
  const { stdout } = await runOrThrow(python ?? '', [script, file, responder.authorityFile]);
  return JSON.parse(stdout);
}

describe.runIf(python !== undefined).each([
  ['COMPLETE', null],
  ['PARTITIONED', [true, true]],
] as const)('pyca/cryptography, with %s CRLs', (CrlType, issuingDistributionPoint) => {
  it('accepts the CRL and the OCSP answers, by GET and POST', async () => {
    await responder.configure({
      CrlConfiguration: { Enabled: true, S3BucketName: 'crl-bucket', CrlType },
      OcspConfiguration: { Enabled: true },
    });
    const { serial, file } = await responder.issue();
    expect(await check(file)).toEqual({
      crl: { issuingDistributionPoint, reason: null },
      ocsp: Array.from({ length: 8 }, () => ['GOOD', null]),
    });
    await responder.revoke(serial);
    expect(await check(file)).toEqual({
      crl: { issuingDistributionPoint, reason: 'keyCompromise' },
      ocsp: Array.from({ length: 8 }, () => ['REVOKED', 'keyCompromise']),
    });
  });
});
