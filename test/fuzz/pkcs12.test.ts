import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DecodeError } from '../../src/asn1/decode-error.ts';
import { readBer } from '../../src/asn1/read-ber.ts';
import { openPkcs12 } from '../../src/cms/open-pkcs12.ts';
import { parseContentInfo } from '../../src/cms/parse-content-info.ts';
import { Pkcs12Error } from '../../src/cms/pkcs12-error.ts';
import { runOpenssl } from '../support/clients/run-openssl.ts';
import { sealPkcs12 } from '../support/keys/seal-pkcs12.ts';
import { processorTime } from '../support/load/processor-time.ts';
import { mutated } from '../support/scep-messages/mutate-bytes.ts';

const PASSPHRASE = 'passphrase';
const keyAndCertificate = runOpenssl([
  ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
  ...['-subj', '/CN=fuzz', '-keyout', '-'],
]);
const TRIPLE_DES = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES'];
const files = [[], TRIPLE_DES, ['-keypbe', 'NONE', '-certpbe', 'NONE']].map((args) =>
  runOpenssl(
    ['pkcs12', '-export', '-iter', '3', '-passout', `pass:${PASSPHRASE}`, ...args],
    keyAndCertificate,
  ),
);

/**
 * Fails on errors other than the two kinds that callers handle, and if it takes longer than the
 * permitted iterations.
 */
function openOrRefuse(bytes: Uint8Array): void {
  const start = processorTime();
  try {
    openPkcs12(bytes, PASSPHRASE);
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof Pkcs12Error)) throw error;
  }
  expect(processorTime() - start).toBeLessThan(20_000);
}

it('PKCS #12 files that are changed anywhere are opened or refused', () => {
  fc.assert(fc.property(mutated(files), openOrRefuse), { numRuns: 1_000 });
}, 120_000);

it('changed PKCS #12 files with a valid MAC are opened or refused', () => {
  const safes = files.map((bytes) => {
    const authSafe = readBer(bytes).children[1]?.bytes ?? new Uint8Array();
    return parseContentInfo(authSafe).content.content;
  });
  for (const safe of safes) openPkcs12(sealPkcs12(safe, PASSPHRASE), PASSPHRASE);
  const changed = mutated(safes).map((safe) => sealPkcs12(safe, PASSPHRASE));
  fc.assert(fc.property(changed, openOrRefuse), { numRuns: 1_000 });
}, 120_000);
