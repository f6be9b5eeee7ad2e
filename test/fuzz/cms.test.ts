import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DecodeError } from '../../src/asn1/decode-error.ts';
import { OID } from '../../src/asn1/object-identifiers.ts';
import { contentCipher } from '../../src/cms/content-ciphers.ts';
import { createKeyTransport } from '../../src/cms/key-transport.ts';
import { oaepParameters } from '../../src/cms/oaep-parameters.ts';
import { openEnvelopedData } from '../../src/cms/open-enveloped-data.ts';
import { parseEnvelopedData } from '../../src/cms/parse-enveloped-data.ts';
import { parseSignedData } from '../../src/cms/parse-signed-data.ts';
import { verifySignedData } from '../../src/cms/verify-signed-data.ts';
import { UnsupportedAlgorithmError } from '../../src/x509/unsupported-algorithm-error.ts';
import { runOpenssl } from '../support/clients/run-openssl.ts';
import { processorTime } from '../support/load/processor-time.ts';
import { forgePkiMessage, goldenEnvelope } from '../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../support/scep-messages/golden-identity.ts';
import { HOSTILE_BODIES } from '../support/scep-messages/hostile-bodies.ts';
import { mutated } from '../support/scep-messages/mutate-bytes.ts';

const RUNS = { numRuns: 400 };
const device = goldenIdentity('renewing-device');
const ra = goldenIdentity('ra');
const keyTransport = createKeyTransport(ra.privateKey);

const envelope = goldenEnvelope();
const streamed = runOpenssl(
  [...['cms', '-encrypt', '-stream', '-binary', '-outform', 'DER', '-aes128', ra.certificateFile]],
  Buffer.alloc(5_000),
);
const message = forgePkiMessage({ content: envelope });

/** Runs `parse` on changed bytes; fails on errors other than the two kinds that callers handle. */
function expectOnlyOurErrors(parse: () => unknown): void {
  const start = processorTime();
  try {
    parse();
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof UnsupportedAlgorithmError)) throw error;
  }
  expect(processorTime() - start).toBeLessThan(1_000);
}

it('SignedData that is changed anywhere is parsed and verified or refused', () => {
  fc.assert(
    fc.property(mutated([message]), (bytes) => {
      expectOnlyOurErrors(() => {
        const signedData = parseSignedData(bytes);
        for (const signer of signedData.signers) {
          verifySignedData(signedData, signer, device.publicKey);
        }
      });
    }),
    RUNS,
  );
});

it('a changed message never verifies with another content or other attributes', () => {
  const original = parseSignedData(message);
  const signed = (data: typeof original) => [
    Buffer.from(data.content ?? []).toString('hex'),
    data.signers[0]?.signedAttributes.map(({ oid, values }) => [
      oid,
      values.map((value) => Buffer.from(value).toString('hex')),
    ]),
  ];
  fc.assert(
    fc.property(mutated([message]), (bytes) => {
      expectOnlyOurErrors(() => {
        const changed = parseSignedData(bytes);
        const [signer] = changed.signers;
        if (signer && verifySignedData(changed, signer, device.publicKey)) {
          expect(signed(changed)).toEqual(signed(original));
        }
      });
    }),
    RUNS,
  );
});

it('EnvelopedData that is changed anywhere is parsed and opened or refused', () => {
  fc.assert(
    fc.property(mutated([envelope, streamed]), (bytes) => {
      expectOnlyOurErrors(() => {
        const parsed = parseEnvelopedData(bytes);
        for (const recipient of parsed.recipients) {
          openEnvelopedData(parsed, recipient, contentCipher('aes128'), keyTransport);
        }
      });
    }),
    RUNS,
  );
});

it('random octets are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      expectOnlyOurErrors(() => parseSignedData(bytes));
      expectOnlyOurErrors(() => parseEnvelopedData(bytes));
    }),
  );
});

it('key transport returns a key of the requested length for any ciphertext', () => {
  const algorithm = fc.constantFrom(OID.rsaEncryption, OID.rsaesOaep);
  fc.assert(
    fc.property(
      algorithm,
      fc.uint8Array({ minLength: 255, maxLength: 257 }),
      fc.constantFrom(8, 16, 24, 32),
      (oid, encryptedKey, keyLength) =>
        keyTransport({ oid, parameters: undefined }, encryptedKey, keyLength).length === keyLength,
    ),
    RUNS,
  );
});

it('changed parameters of OAEP are read or refused', () => {
  const sample = Buffer.from(
    '302fa00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500',
    'hex',
  );
  fc.assert(
    fc.property(fc.oneof(mutated([sample]), fc.uint8Array({ maxLength: 60 })), (parameters) => {
      expectOnlyOurErrors(() => oaepParameters({ oid: OID.rsaesOaep, parameters }));
    }),
    { numRuns: 2_000 },
  );
});

it.each(HOSTILE_BODIES)('%s takes less than a second', (_, body) => {
  expectOnlyOurErrors(() => parseSignedData(body));
  expectOnlyOurErrors(() => parseEnvelopedData(body));
});
