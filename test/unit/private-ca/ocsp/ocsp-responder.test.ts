import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { decodePem } from '../../../../src/asn1/pem.ts';
import { readBer } from '../../../../src/asn1/read-ber.ts';
import {
  derContext,
  derOctetString,
  derOid,
  derPrintableString,
  derSequence,
  derSet,
} from '../../../../src/asn1/write-der.ts';
import { MINUTE_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { KeyStoreError } from '../../../../src/private-ca/keys/key-store.ts';
import type { SigningKey } from '../../../../src/private-ca/keys/signing-key.ts';
import type { OcspAnswer } from '../../../../src/private-ca/ocsp/ocsp-answers.ts';
import { KeyBusyError } from '../../../../src/private-ca/ocsp/ocsp-signatures.ts';
import type { PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import { StoreUnavailableError } from '../../../../src/store/record-store.ts';
import { derOcspRequest, ocspQuestion } from '../../../../src/x509/build-ocsp-request.ts';
import { parseName } from '../../../../src/x509/distinguished-name.ts';
import { derExtensions } from '../../../../src/x509/extensions.ts';
import { type Certificate, parseCertificate } from '../../../../src/x509/parse-certificate.ts';
import { parseOcspResponse } from '../../../../src/x509/parse-ocsp-response.ts';
import { openInMemoryRecordStore } from '../../../support/fakes/in-memory-record-store.ts';
import {
  type InterruptibleStore,
  interruptible,
} from '../../../support/fakes/interruptible-store.ts';
import { issueTestCertificate, openRevokingCa } from '../../../support/servers/open-revoking-ca.ts';

const time = { now: Date.now() };
const clock = () => time.now;
let store: InterruptibleStore;
let ca: PrivateCa;
let arn: string;
let issuer: Certificate;
/** The authority's key, which tests delay or make unavailable. */
const key = { signatures: 0, sign: async (signed: Promise<Uint8Array>) => signed };

beforeEach(async () => {
  store = interruptible(openInMemoryRecordStore(clock));
  ({ ca, arn } = await openRevokingCa(clock, store));
  const input = { CertificateAuthorityArn: arn };
  const { Certificate } = await ACTIONS.GetCertificateAuthorityCertificate(ca, input);
  const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE', Certificate);
  issuer = parseCertificate(der);
  const real = await ca.signingKeys.get(arn.slice(-36));
  key.signatures = 0;
  key.sign = async (signed) => signed;
  const counted: SigningKey = {
    sign: (...args) => {
      key.signatures += 1;
      return key.sign(real.sign(...args));
    },
  };
  Object.assign(ca.signingKeys, { get: async () => counted });
});

const issue = async () => Buffer.from(await issueTestCertificate(ca, arn), 'hex');
const request = (serial: Uint8Array) => derOcspRequest(ocspQuestion(issuer, serial));

function withNonce(der: Uint8Array, nonce: Uint8Array): Uint8Array {
  const [tbs] = readBer(der).children;
  const list = tbs?.children.map(({ bytes }) => bytes) ?? [];
  const extension = { oid: OID.ocspNonce, critical: false, value: derOctetString(nonce) };
  return derSequence(derSequence(...list, derContext(2, derExtensions([extension]))));
}

const ask = (der: Uint8Array) => ca.ocspResponder.answer(der);
const askWithNonce = (serial: Uint8Array) => ask(withNonce(request(serial), randomBytes(32)));
const statusOf = ({ der }: OcspAnswer) => parseOcspResponse(der).statuses[0]?.status;
/** Answers for one request only must not be cached. */
const isForAll = ({ validity }: OcspAnswer) => validity !== undefined;

/** Delays every signature until it is released. */
function holdTheKey(): () => void {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  key.sign = async (signed) => {
    await held;
    return signed;
  };
  return () => release();
}

function takeTheKeyAway(): void {
  key.sign = () => Promise.reject(new KeyStoreError('unavailable', 'the token is away'));
}

it('answers a request that hashes the name of the issuer in another string type, and signs each answer', async () => {
  const serial = await issue();
  const flat = parseName(issuer.subject).flat();
  const subject = derSequence(
    ...flat.map(({ oid, value }) => derSet(derSequence(derOid(oid), derPrintableString(value)))),
  );
  expect(Buffer.from(subject)).not.toEqual(Buffer.from(issuer.subject));
  const question = derOcspRequest(ocspQuestion({ ...issuer, subject }, serial));
  expect(statusOf(await ask(question))).toBe('good');
  const before = key.signatures;
  await ask(question);
  expect(key.signatures).toBe(before + 1);
});

describe('a flood of requests', () => {
  it('gets some answers with nonces, and for the rest one shared answer', async () => {
    const serial = await issue();
    const release = holdTheKey();
    key.signatures = 0;
    const asked = Array.from({ length: 200 }, () => askWithNonce(serial));
    await expect.poll(() => key.signatures).toBe(1);
    release();
    const answers = await Promise.all(asked);
    expect(answers.map(statusOf)).toEqual(answers.map(() => 'good'));
    expect(answers.filter(isForAll).length).toBe(183);
    expect(key.signatures).toBe(18);
    expect(isForAll(await askWithNonce(serial))).toBe(false);
  });

  it('is refused beyond some answers about unknown serial numbers, and does not block known ones', async () => {
    const serial = await issue();
    const release = holdTheKey();
    const before = key.signatures;
    const unknown = Array.from({ length: 100 }, () => ask(request(randomBytes(15))));
    const settled = Promise.allSettled(unknown);
    await expect.poll(() => key.signatures).toBe(before + 1);
    const known = ask(request(serial));
    release();
    expect(statusOf(await known)).toBe('good');
    const outcomes = await settled;
    const refused = outcomes.filter(
      (outcome) => outcome.status === 'rejected' && outcome.reason instanceof KeyBusyError,
    );
    expect(refused.length).toBe(83);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(17);
  });

  it('costs one signature when all ask about one CertID', async () => {
    const serial = await issue();
    key.signatures = 0;
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(request(serial))));
    expect(new Set(answers.map(({ der }) => Buffer.from(der).toString('hex'))).size).toBe(1);
    expect(key.signatures).toBe(1);
  });
});

describe('while the key is unavailable', () => {
  it('serves an earlier answer until its life ends, also to requests with a nonce', async () => {
    const serial = await issue();
    const first = await ask(request(serial));
    takeTheKeyAway();
    for (const minutes of [31, 49]) {
      time.now += minutes * MINUTE_MS;
      expect(await ask(request(serial))).toEqual(first);
      expect(await askWithNonce(serial)).toEqual(first);
      time.now -= minutes * MINUTE_MS;
    }
    time.now += 51 * MINUTE_MS;
    await expect(ask(request(serial))).rejects.toThrow(KeyStoreError);
    await expect(askWithNonce(serial)).rejects.toThrow(KeyStoreError);
  });

  it('does not serve an earlier answer after a revocation', async () => {
    const serial = await issue();
    await ask(request(serial));
    const CertificateSerial = serial.toString('hex');
    const input = { CertificateAuthorityArn: arn, CertificateSerial };
    await ACTIONS.RevokeCertificate(ca, { ...input, RevocationReason: 'SUPERSEDED' });
    takeTheKeyAway();
    await expect(ask(request(serial))).rejects.toThrow(KeyStoreError);
  });

  it('tries the key at every request and uses it as soon as it is available', async () => {
    const serial = await issue();
    const first = await ask(request(serial));
    takeTheKeyAway();
    time.now += 31 * MINUTE_MS;
    await ask(request(serial));
    key.sign = async (signed) => signed;
    expect(await ask(request(serial))).not.toEqual(first);
  });
});

describe('a certificate that was reported as revoked', () => {
  const revoke = (serial: Buffer) =>
    ACTIONS.RevokeCertificate(ca, {
      CertificateAuthorityArn: arn,
      CertificateSerial: serial.toString('hex'),
      RevocationReason: 'SUPERSEDED',
    });

  /** Delays the next signature and makes it fail when released; later ones succeed. */
  function failTheNextSignature(): () => void {
    let fail: () => void = () => undefined;
    const failing = new Promise<never>((_, reject) => {
      fail = () => reject(new KeyStoreError('unavailable', 'the token is away'));
    });
    key.sign = () => {
      key.sign = async (signed) => signed;
      return failing;
    };
    return () => fail();
  }

  it.each([
    ['without a nonce', (serial: Buffer) => ask(request(serial))],
    ['with a nonce', askWithNonce],
  ])(
    'is not reported as good by an answer %s whose signing began earlier and failed',
    async (_, askSlowly) => {
      const serial = await issue();
      await ask(request(serial));
      time.now += 28 * MINUTE_MS;
      await ask(request(serial));
      time.now += 3 * MINUTE_MS;
      const fail = failTheNextSignature();
      const before = key.signatures;
      const slow = askSlowly(serial);
      await expect.poll(() => key.signatures).toBe(before + 1);
      await revoke(serial);
      const revoked = ask(request(serial));
      // By then it has read the in-memory store and waits for the key.
      await nextTurn();
      fail();
      await slow.catch(() => undefined);
      expect(statusOf(await revoked)).toBe('revoked');
      store.state = 'away';
      expect(statusOf(await ask(request(serial)))).toBe('revoked');
    },
  );
});

describe('while the store is unavailable', () => {
  it('serves an answer that was confirmed less than five minutes ago, without caching', async () => {
    const serial = await issue();
    await ask(request(serial));
    time.now += 20 * MINUTE_MS;
    const { der } = await ask(request(serial));
    store.state = 'away';
    time.now += 4 * MINUTE_MS;
    expect(await ask(request(serial))).toEqual({ der });
    expect(await askWithNonce(serial)).toEqual({ der });
    time.now += 2 * MINUTE_MS;
    await expect(ask(request(serial))).rejects.toThrow(StoreUnavailableError);
  });

  it('fails for a certificate that no request has asked about before', async () => {
    const serial = await issue();
    store.state = 'away';
    await expect(ask(request(serial))).rejects.toThrow(StoreUnavailableError);
  });
});
