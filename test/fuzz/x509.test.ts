import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../src/asn1/decode-error.ts';
import { OID } from '../../src/asn1/object-identifiers.ts';
import { derElement } from '../../src/asn1/write-der.ts';
import {
  basicConstraintsExtension,
  parseBasicConstraints,
  parseRequestedConstraints,
} from '../../src/x509/basic-constraints.ts';
import { buildCertificationRequest } from '../../src/x509/build-certification-request.ts';
import { derName, formatName, parseName } from '../../src/x509/distinguished-name.ts';
import {
  extendedKeyUsageExtension,
  parseApplicationPolicies,
  parseExtendedKeyUsage,
} from '../../src/x509/extended-key-usage.ts';
import { derGeneralNames, parseGeneralNames } from '../../src/x509/general-names.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifierOf,
  parseAuthorityKeyIdentifier,
  parseSubjectKeyIdentifier,
} from '../../src/x509/key-identifier.ts';
import { keyUsageExtension, parseKeyUsage } from '../../src/x509/key-usage.ts';
import { parseCertificate } from '../../src/x509/parse-certificate.ts';
import { parseCertificationRequest } from '../../src/x509/parse-certification-request.ts';
import { parseOcspRequest } from '../../src/x509/parse-ocsp-request.ts';
import { importPublicKey, weaknessOf } from '../../src/x509/public-key.ts';
import { signatureScheme } from '../../src/x509/signature-algorithms.ts';
import { createSigner } from '../../src/x509/signing-algorithm.ts';
import { UnsupportedAlgorithmError } from '../../src/x509/unsupported-algorithm-error.ts';
import { sampleCertificate } from '../support/keys/sample-certificate.ts';
import { ecKeyPair, rsaKeyPair } from '../support/keys/sample-keys.ts';
import { processorTime } from '../support/load/processor-time.ts';
import { hostileCertificates, hostileRequests } from '../support/scep-messages/hostile-bodies.ts';

const rsa = rsaKeyPair(1024);
const ec = ecKeyPair();
const name = derName([
  { oid: OID.countryName, value: 'US' },
  { oid: OID.commonName, value: 'fuzzed' },
]);
const names = derGeneralNames([
  { kind: 'dNSName', value: 'a.example' },
  { kind: 'iPAddress', value: '::1' },
  { kind: 'userPrincipalName', value: 'a@b' },
  { kind: 'directoryName', value: name },
]);
const extensions = [
  basicConstraintsExtension({ ca: true, pathLength: 1 }, true),
  keyUsageExtension(['digitalSignature', 'decipherOnly']),
  extendedKeyUsageExtension([OID.clientAuth]),
  authorityKeyIdentifierExtension(keyIdentifierOf(rsa.spki)),
  { oid: OID.subjectAltName, critical: true, value: names },
];
const request = buildCertificationRequest(
  { subject: name, subjectPublicKeyInfo: ec.spki, extensions, challengePassword: 'secret' },
  'SHA256WITHECDSA',
  createSigner(ec.privateKey, 'SHA256WITHECDSA'),
);

/** About one certificate, with a nonce. */
const ocspRequest = Buffer.from(
  'MHcwdTBOMEwwSjAJBgUrDgMCGgUABBQAAAAAAAAAAAAAAAAAAAAAAAAAAAQUERERERERERERERERERER' +
    'ERERERECEQCPj4+Pj4+Pj4+Pj4+Pj4+PoiMwITAfBgkrBgEFBQcwAQIEEgQQIiIiIiIiIiIiIiIiIiIi' +
    'Ig==',
  'base64',
);

const parsers: readonly (readonly [string, Uint8Array, (bytes: Uint8Array) => unknown])[] = [
  ['parseCertificate', sampleCertificate(rsa, { subject: name, extensions }), parseCertificate],
  ['parseCertificationRequest', request, parseCertificationRequest],
  ['parseOcspRequest', ocspRequest, parseOcspRequest],
  ['importPublicKey, RSA', rsa.spki, importPublicKey],
  ['importPublicKey, EC', ec.spki, importPublicKey],
  ['weaknessOf', rsa.spki, weaknessOf],
  ['keyIdentifierOf', rsa.spki, keyIdentifierOf],
  ['parseName', name, parseName],
  ['formatName', name, formatName],
  ['parseGeneralNames', names, parseGeneralNames],
  ['parseBasicConstraints', Buffer.from('30060101ff020101', 'hex'), parseBasicConstraints],
  ['parseKeyUsage', Buffer.from('0303070080', 'hex'), parseKeyUsage],
  ['parseExtendedKeyUsage', Buffer.from('300406022a03', 'hex'), parseExtendedKeyUsage],
  ['parseApplicationPolicies', Buffer.from('3006300406022a03', 'hex'), parseApplicationPolicies],
  ['parseRequestedConstraints', Buffer.from('3003020100', 'hex'), parseRequestedConstraints],
  ['parseSubjectKeyIdentifier', Buffer.from('04020102', 'hex'), parseSubjectKeyIdentifier],
  ['parseAuthorityKeyIdentifier', Buffer.from('300480020102', 'hex'), parseAuthorityKeyIdentifier],
  [
    'signatureScheme',
    Buffer.from('300da00b0609608648016503040201', 'hex'),
    (parameters) => signatureScheme({ oid: OID.rsassaPss, parameters }),
  ],
];

/** One to four octets of `sample` changed, a piece removed, or a piece repeated. */
function mutationsOf(sample: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat(sample.length - 1);
  const changed = fc
    .array(fc.tuple(at, fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((edits) => {
      const copy = Uint8Array.from(sample);
      for (const [index, octet] of edits) copy[index] = octet;
      return copy;
    });
  const cut = fc
    .tuple(at, at)
    .map(([from, length]) =>
      Uint8Array.from([...sample.subarray(0, from), ...sample.subarray(from + length)]),
    );
  const doubled = fc
    .tuple(at, at)
    .map(([from, length]) =>
      Uint8Array.from([...sample.subarray(0, from + length), ...sample.subarray(from)]),
    );
  return fc.oneof({ weight: 4, arbitrary: changed }, cut, doubled);
}

/**
 * Runs the parser and returns the milliseconds of processor time; fails on other errors than its
 * own.
 */
function run(parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): number {
  const start = processorTime();
  try {
    parse(bytes);
  } catch (error) {
    const own = error instanceof DecodeError || error instanceof UnsupportedAlgorithmError;
    if (!own) throw error;
  }
  return processorTime() - start;
}

describe.each(parsers)('%s', (_, sample, parse) => {
  it('throws only its own errors on mutated samples', () => {
    fc.assert(
      fc.property(mutationsOf(sample), (bytes) => {
        run(parse, bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('throws only its own errors on random bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.uint8Array({ maxLength: 300 }).map((content) => derElement(0x30, content)),
    );
    fc.assert(
      fc.property(bytes, (some) => {
        run(parse, some);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['deep nesting', Buffer.alloc(65_536, Buffer.from('3080', 'hex'))],
    ['many elements', derElement(0x30, Buffer.alloc(65_530, Buffer.from('0500', 'hex')))],
    ['deep octet strings', nested(0x04)],
    ['deep sequences', nested(0x30)],
    ['zeros', Buffer.alloc(65_536)],
  ])('takes limited time for 64 KiB of %s', (_kind, bytes) => {
    expect(fastest(() => run(parse, bytes))).toBeLessThan(250);
  });
});

function nested(tag: number): Uint8Array {
  let element: Uint8Array = Buffer.alloc(60_000);
  for (let depth = 0; depth < 1_000; depth += 1) element = derElement(tag, element);
  return element;
}

/**
 * The best of three, because compilation slows the first run and garbage collection any of them.
 */
function fastest(work: () => number): number {
  return Math.min(work(), work(), work());
}

describe('a hostile body of 256 KiB is read or refused within 25 ms', () => {
  it.each(hostileCertificates())('a certificate with %s', (_, bytes) => {
    expect(fastest(() => run(parseCertificate, bytes))).toBeLessThan(25);
  });

  it.each(hostileRequests())('a certification request with %s', (_, bytes) => {
    expect(fastest(() => run(parseCertificationRequest, bytes))).toBeLessThan(25);
  });
});
