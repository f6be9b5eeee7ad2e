import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DecodeError } from '../../src/asn1/decode-error.ts';
import { createKeyTransport } from '../../src/cms/key-transport.ts';
import { decodeGetMessage } from '../../src/scep/decode-get-message.ts';
import { findRecipient } from '../../src/scep/find-recipient.ts';
import { openPkiRequest } from '../../src/scep/open-pki-request.ts';
import { parseScepQuery } from '../../src/scep/parse-scep-query.ts';
import { readPkiRequest } from '../../src/scep/read-pki-message.ts';
import { Refusal } from '../../src/scep/refusal.ts';
import { verifyPkiRequest } from '../../src/scep/verify-pki-request.ts';
import { processorTime } from '../support/load/processor-time.ts';
import { forgePkiMessage, goldenEnvelope } from '../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../support/scep-messages/golden-identity.ts';
import {
  HOSTILE_BODIES,
  hostileCertificates,
  hostileRequests,
} from '../support/scep-messages/hostile-bodies.ts';
import { mutated } from '../support/scep-messages/mutate-bytes.ts';

const RUNS = { numRuns: 400 };
const EVERYTHING = {
  allowSingleDes: true,
  allowSha1: true,
  allowMd5: true,
  allowRsa1024: true,
};
const { certificate, privateKey } = goldenIdentity('ra');
const ra = { certificate, privateKey, keyTransport: createKeyTransport(privateKey) };

const CORPUS = path.resolve(import.meta.dirname, '../golden/scep');
const CLIENTS = ['scepclient', 'strongswan', 'sscep', 'openssl', 'variants'];
const seeds = CLIENTS.flatMap((client) =>
  readdirSync(path.join(CORPUS, client))
    .filter((file) => file.endsWith('.der'))
    .map((file) => readFileSync(path.join(CORPUS, client, file))),
);

/**
 * Processes a request up to its content; fails on other errors than the two kinds, and after a
 * second.
 */
function receive(bytes: Uint8Array): void {
  const start = processorTime();
  try {
    const request = readPkiRequest(bytes);
    const verified = verifyPkiRequest(request, EVERYTHING);
    openPkiRequest(verified, findRecipient(request, [ra]), EVERYTHING);
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof Refusal)) throw error;
  }
  expect(processorTime() - start).toBeLessThan(1_000);
}

/** Milliseconds, the best of three, because the first run includes compilation. */
function receptionTime(bytes: Uint8Array): number {
  const times = [1, 2, 3].map(() => {
    const start = processorTime();
    receive(bytes);
    return processorTime() - start;
  });
  return Math.min(...times);
}

it('the requests of real clients are received', () => {
  expect(seeds.length).toBeGreaterThan(20);
  for (const seed of seeds) receive(seed);
});

it('requests of real clients that are changed anywhere are received or refused', () => {
  fc.assert(
    fc.property(mutated(seeds), (bytes) => {
      receive(bytes);
    }),
    RUNS,
  );
});

it('changed envelopes with a valid signature, which any sender can make, are opened or refused', () => {
  fc.assert(
    fc.property(mutated([goldenEnvelope('aes128'), goldenEnvelope('3des')]), (content) => {
      receive(forgePkiMessage({ content }));
    }),
    { numRuns: 200 },
  );
});

it('random octets are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
      receive(bytes);
    }),
  );
});

it.each(HOSTILE_BODIES)(
  '%s is refused as the message and as the envelope of a valid one',
  (_, body) => {
    receive(body);
    receive(forgePkiMessage({ content: body }));
  },
);

/** 256 KiB in total with the message around them. */
const OCTETS_OF_TEN = 24_000;
const OTHER_SIGNER = Buffer.from('80020102', 'hex');

it.each(hostileCertificates(OCTETS_OF_TEN))(
  "takes at most 50 ms for ten certificates with %s, none of them the signer's",
  (_, certificate) => {
    const certificates = Array.from({ length: 10 }, () => certificate);
    const message = forgePkiMessage({ certificates, signerIdentifier: OTHER_SIGNER });
    expect(message.length).toBeLessThan(256 * 1024);
    expect(receptionTime(message)).toBeLessThan(50);
  },
);

it.each(HOSTILE_BODIES)('takes at most 50 ms for %s', (_, body) => {
  expect(receptionTime(body)).toBeLessThan(50);
});

it.each(hostileCertificates())(
  'takes at most 50 ms for a signer whose certificate has %s',
  (_, certificate) => {
    expect(
      receptionTime(forgePkiMessage({ content: Buffer.alloc(0), certificates: [certificate] })),
    ).toBeLessThan(50);
  },
);

it.each(hostileRequests(100_000))(
  'takes at most 50 ms for a valid envelope around a request with %s',
  (_, request) => {
    const message = forgePkiMessage({ content: goldenEnvelope('aes128', request) });
    expect(receptionTime(message)).toBeLessThan(50);
  },
);

it('decodes any octets in a GET message, in base64 of any form', () => {
  const encoded = fc.uint8Array({ minLength: 1, maxLength: 300 }).chain((bytes) => {
    const base64 = Buffer.from(bytes).toString('base64');
    return fc
      .constantFrom(
        base64,
        encodeURIComponent(base64),
        encodeURIComponent(encodeURIComponent(base64)),
        base64.replaceAll('+', ' '),
        base64.replace(/=+$/, ''),
        Buffer.from(bytes).toString('base64url'),
        base64.replace(/.{16}/g, '$&%0A'),
      )
      .map((message) => ({ message, bytes }));
  });
  fc.assert(
    fc.property(encoded, ({ message, bytes }) =>
      decodeGetMessage(message).every((octet, i) => octet === bytes[i]),
    ),
  );
});

it('any text as query and as message is read or refused', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('%', '&', '=', '?', '+', '2', 'F', 'operation', 'message') }),
  );
  fc.assert(
    fc.property(text, (target) => {
      const { message } = parseScepQuery(target);
      try {
        decodeGetMessage(message ?? target);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }),
    { numRuns: 2_000 },
  );
});
