import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DecodeError } from '../../src/asn1/decode-error.ts';
import { OID } from '../../src/asn1/object-identifiers.ts';
import { contentCipher } from '../../src/cms/content-ciphers.ts';
import { openPasswordEnvelope } from '../../src/cms/open-password-envelope.ts';
import { parseEnvelopedData } from '../../src/cms/parse-enveloped-data.ts';
import { readPasswordKeyDerivation } from '../../src/cms/password-key-derivation.ts';
import { derivePasswordKey, passwordEncryption } from '../../src/cms/password-recipient.ts';
import { sealEnvelopedData } from '../../src/cms/seal-enveloped-data.ts';
import { UnsupportedAlgorithmError } from '../../src/x509/unsupported-algorithm-error.ts';
import { runOpenssl } from '../support/clients/run-openssl.ts';
import { processorTime } from '../support/load/processor-time.ts';
import { mutated } from '../support/scep-messages/mutate-bytes.ts';

const PASSWORD = 'challenge';
const content = Buffer.from('a certification request, say');
const cipher = contentCipher('aes128');
const passwordKey = await derivePasswordKey(PASSWORD, randomBytes);
const seeds = [
  sealEnvelopedData(content, { passwordKey }, cipher, randomBytes),
  runOpenssl(
    ['cms', '-encrypt', '-binary', '-outform', 'DER', '-aes128', '-pwri_password', PASSWORD],
    content,
  ),
];

/** Throws errors other than the two kinds that callers handle. */
function expectOurs(error: unknown): void {
  if (!(error instanceof DecodeError || error instanceof UnsupportedAlgorithmError)) throw error;
}

it('password envelopes that are changed anywhere are opened or refused within a second', async () => {
  await fc.assert(
    fc.asyncProperty(mutated(seeds), async (bytes) => {
      const start = processorTime();
      try {
        await openPasswordEnvelope(parseEnvelopedData(bytes), cipher, ['one', 'two', PASSWORD]);
      } catch (error) {
        expectOurs(error);
      }
      expect(processorTime() - start).toBeLessThan(1_000);
    }),
    { numRuns: 200 },
  );
});

it('no change leads to a key derivation out of bounds', () => {
  fc.assert(
    fc.property(mutated(seeds), (bytes) => {
      try {
        for (const recipient of parseEnvelopedData(bytes).passwordRecipients) {
          const { derivation, cipher: keyCipher, iv } = passwordEncryption(recipient);
          expect(derivation.iterations).toBeGreaterThanOrEqual(1);
          expect(derivation.iterations).toBeLessThanOrEqual(100_000);
          expect(derivation.salt.length).toBeLessThanOrEqual(64);
          expect(iv).toHaveLength(keyCipher.blockLength);
        }
      } catch (error) {
        expectOurs(error);
      }
    }),
    { numRuns: 2_000 },
  );
});

it('changed parameters of PBKDF2 are read or refused', () => {
  const sample = Buffer.from(
    '301f04083031323334353637020207d0020110300c06082a864886f70d02090500',
    'hex',
  );
  const read = (parameters: Uint8Array) =>
    readPasswordKeyDerivation({ oid: OID.pbkdf2, parameters }, 16);
  expect(read(sample)).toMatchObject({ iterations: 2_000, prf: 'sha256' });
  fc.assert(
    fc.property(fc.oneof(mutated([sample]), fc.uint8Array({ maxLength: 60 })), (parameters) => {
      try {
        read(parameters);
      } catch (error) {
        expectOurs(error);
      }
    }),
    { numRuns: 2_000 },
  );
});
