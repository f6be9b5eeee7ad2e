import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { createKeyTransport } from '../../../src/cms/key-transport.ts';
import {
  type AlgorithmPolicy,
  acceptsDigest,
  MODERN_ALGORITHMS,
} from '../../../src/scep/algorithm-policy.ts';
import { challengePasswords } from '../../../src/scep/challenge-passwords.ts';
import { decodeGetMessage } from '../../../src/scep/decode-get-message.ts';
import { findRecipient } from '../../../src/scep/find-recipient.ts';
import { REQUEST_TYPES, requestTypeOf } from '../../../src/scep/message-types.ts';
import { openPkiRequest } from '../../../src/scep/open-pki-request.ts';
import { parseScepQuery } from '../../../src/scep/parse-scep-query.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { Refusal } from '../../../src/scep/refusal.ts';
import { verifyPkiRequest } from '../../../src/scep/verify-pki-request.ts';
import { formatName } from '../../../src/x509/distinguished-name.ts';
import {
  type CertificationRequest,
  parseCertificationRequest,
} from '../../../src/x509/parse-certification-request.ts';
import { importPublicKey } from '../../../src/x509/public-key.ts';
import { signatureDigest } from '../../../src/x509/signature-algorithms.ts';
import { verifySignature } from '../../../src/x509/verify-signature.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

/** The fields of <case>.expect.json that this test checks; test/golden/README.md describes all. */
interface Expectation {
  readonly messageType: number | null;
  readonly transactionId: string | null;
  readonly senderNonce: string | null;
  readonly digest: string | null;
  readonly cipher: string | null;
  readonly keyTransport: string | null;
  readonly challenge: string | null;
  readonly csrSubject: string | null;
  readonly outcome: 'opens' | 'badMessageCheck' | 'badAlg' | 'badRequest' | 'unreadable';
  readonly policy: Partial<AlgorithmPolicy>;
}

const CORPUS = path.resolve(import.meta.dirname, '../../golden/scep');
const CASES = readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.der') || file.endsWith('.url'))
  .toSorted();

const ra = goldenIdentity('ra');
const recipient = {
  certificate: ra.certificate,
  privateKey: ra.privateKey,
  keyTransport: createKeyTransport(ra.privateKey),
};

function bytesOf(file: string): Uint8Array {
  const stored = readFileSync(path.join(CORPUS, file));
  if (file.endsWith('.der')) return stored;
  const { operation, message } = parseScepQuery(stored.toString('latin1').trim());
  expect(operation).toBe('pkioperation');
  return decodeGetMessage(message ?? '');
}

function expectationOf(file: string): Expectation {
  const json = file.replace(/\.(der|url)$/, '.expect.json');
  return JSON.parse(readFileSync(path.join(CORPUS, json), 'utf8')) as Expectation;
}

function open(bytes: Uint8Array, policy: AlgorithmPolicy) {
  const verified = verifyPkiRequest(readPkiRequest(bytes), policy);
  const type = requestTypeOf(verified.request.attributes.messageType);
  if (type === undefined) throw new Refusal('message-type-unknown');
  const addressed = findRecipient(verified.request, [recipient]);
  const opened = openPkiRequest(verified, addressed, policy);
  const hasCsr = type === 'PKCSReq' || type === 'RenewalReq';
  const csr = hasCsr ? provenCsr(opened.content) : undefined;
  if (csr && !acceptsDigest(policy, signatureDigest(csr.signatureAlgorithm))) {
    throw new Refusal('algorithm-not-allowed');
  }
  if (opened.replyBy === 'password' && csr && singleChallenge(csr) === null) {
    throw new Refusal('signer-key-unsupported');
  }
  return { ...opened, type, csr };
}

/**
 * A CSR that does not parse or is not signed with its own key is treated like a message that does
 * not decrypt.
 */
function provenCsr(content: Uint8Array): CertificationRequest {
  try {
    const csr = parseCertificationRequest(content);
    const key = importPublicKey(csr.subjectPublicKeyInfo);
    if (verifySignature(csr.signatureAlgorithm, key, csr.signedBytes, csr.signature)) return csr;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new Refusal('message-check');
}

function singleChallenge(csr: CertificationRequest): string | null {
  const [challenge = null, ...others] = challengePasswords(csr);
  return others.length === 0 ? challenge : null;
}

function outcomeOf(bytes: Uint8Array, policy: AlgorithmPolicy): string {
  try {
    open(bytes, policy);
    return 'opens';
  } catch (error) {
    if (error instanceof Refusal) return error.failInfo;
    if (error instanceof DecodeError) return 'unreadable';
    throw error;
  }
}

describe('the golden corpus', () => {
  it('has messages of every client', () => {
    const clients = new Set(CASES.map((file) => path.dirname(file)));
    expect([...clients]).toEqual(
      expect.arrayContaining(['certmonger', 'openssl', 'scepclient', 'sscep', 'strongswan']),
    );
  });

  it.each(CASES)('has the expected outcome for %s', (file) => {
    const expected = expectationOf(file);
    const policy = { ...MODERN_ALGORITHMS, ...expected.policy };
    expect(outcomeOf(bytesOf(file), policy)).toBe(expected.outcome);
  });

  it.each(CASES.filter((file) => expectationOf(file).outcome === 'opens'))(
    'has the expected fields for %s',
    (file) => {
      const expected = expectationOf(file);
      const opened = open(bytesOf(file), { ...MODERN_ALGORITHMS, ...expected.policy });
      const { attributes, senderNonce } = opened.request;
      expect({
        messageType: Number(REQUEST_TYPES[opened.type]),
        transactionId: attributes.transactionId,
        senderNonce: expected.senderNonce && Buffer.from(senderNonce).toString('hex'),
        digest: opened.digest,
        cipher: opened.cipher.oid,
        challenge: opened.csr ? singleChallenge(opened.csr) : null,
        csrSubject: opened.csr ? formatName(opened.csr.subject) : null,
      }).toEqual({
        messageType: expected.messageType,
        transactionId: expected.transactionId,
        senderNonce: expected.senderNonce,
        digest: expected.digest,
        cipher: OID[expected.cipher as keyof typeof OID],
        challenge: expected.challenge,
        csrSubject: expected.csrSubject,
      });
    },
  );

  const withWeakAlgorithms = CASES.filter(
    (file) => Object.values(expectationOf(file).policy).length > 0,
  );
  it.each(withWeakAlgorithms)('has %s refused by the default policy', (file) => {
    expect(outcomeOf(bytesOf(file), MODERN_ALGORITHMS)).toBe('badAlg');
  });
});
