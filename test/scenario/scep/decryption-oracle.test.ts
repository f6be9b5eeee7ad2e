// Nobody who changes an envelope and sends it again may learn whether it decrypted.
import { describe, expect, it } from 'vitest';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { derElement, derSequence } from '../../../src/asn1/write-der.ts';
import type { CipherName } from '../../../src/cms/content-ciphers.ts';
import { createKeyTransport } from '../../../src/cms/key-transport.ts';
import type { ConnectorPolicy } from '../../../src/connectors/tags/connector-policy.ts';
import { readCertificationRequest } from '../../../src/enrolment/authorise/read-certification-request.ts';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import { findRecipient } from '../../../src/scep/find-recipient.ts';
import { openPkiRequest } from '../../../src/scep/open-pki-request.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { Refusal } from '../../../src/scep/refusal.ts';
import { verifyPkiRequest } from '../../../src/scep/verify-pki-request.ts';
import { forgePkiMessage, goldenEnvelope } from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

/**
 * The positions of the encrypted key, the initialisation vector and the ciphertext in an envelope
 * of one recipient.
 */
function partsOf(envelope: Uint8Array) {
  const [, recipients, contentInfo] = readBer(envelope).children[1]?.children[0]?.children ?? [];
  const span = (content: Uint8Array | undefined) => {
    if (content === undefined) throw new Error('not an envelope');
    const start = content.byteOffset - envelope.byteOffset;
    return { start, end: start + content.length };
  };
  return {
    encryptedKey: span(recipients?.children[0]?.children[3]?.content),
    initialisationVector: span(contentInfo?.children[1]?.children[1]?.content),
    ciphertext: span(contentInfo?.children[2]?.content),
  };
}

const { certificate, privateKey } = goldenIdentity('ra');
const ra = { certificate, privateKey, keyTransport: createKeyTransport(privateKey) };
const device = goldenIdentity('renewing-device');
const thief = goldenIdentity('foreign-ra');

type Signers = ConnectorPolicy['signer'];
const ONLY_REQUESTERS: Signers = new Set();

/** What a thief learns after capturing `envelope`, changing it and signing it with another key. */
function verdict(envelope: Uint8Array, signer = thief, signers: Signers = 'any'): string {
  const { issuer, serialNumber } = signer.certificate;
  const message = forgePkiMessage({
    content: envelope,
    certificates: [signer.certificate.der],
    signerIdentifier: derSequence(issuer, derElement(0x02, serialNumber)),
    signerKey: signer.privateKey,
  });
  const request = readPkiRequest(message);
  const verified = verifyPkiRequest(request, MODERN_ALGORITHMS);
  try {
    const addressed = findRecipient(request, [ra]);
    const opened = openPkiRequest(verified, addressed, MODERN_ALGORITHMS);
    readCertificationRequest(opened, undefined, {
      signer: signers,
      algorithms: MODERN_ALGORITHMS,
    });
    return 'opens';
  } catch (error) {
    if (error instanceof Refusal) return `${error.failInfo}: ${error.text}`;
    throw error;
  }
}

const refusal = new Refusal('message-check');
const THE_ONE_VERDICT = `${refusal.failInfo}: ${refusal.text}`;

/** A copy with one bit changed. */
function flipped(bytes: Uint8Array, at: number, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ (1 << bit);
  return changed;
}

describe.each<CipherName>(['aes128', '3des'])('a captured envelope with %s', (name) => {
  const envelope = goldenEnvelope(name);
  const parts = partsOf(envelope);
  const block = name === '3des' ? 8 : 16;

  it('opens for the device itself', () => {
    expect(verdict(envelope, device)).toBe('opens');
  });

  it('leads to the one verdict even when it is not changed, where only requesters may sign', () => {
    expect(verdict(envelope, thief, ONLY_REQUESTERS)).toBe(THE_ONE_VERDICT);
  });

  it('opens unchanged where any key may sign: its CSR shows that nothing was changed', () => {
    expect(verdict(envelope)).toBe('opens');
  });

  it('leads to the one verdict for a flip in each block of the ciphertext and each octet of the last two', () => {
    const { start, end } = parts.ciphertext;
    const verdicts = new Set<string>();
    for (let at = start; at < end; at += at < end - 2 * block ? 2 * block + 1 : 1) {
      verdicts.add(verdict(flipped(envelope, at, at % 8)));
    }
    expect([...verdicts]).toEqual([THE_ONE_VERDICT]);
  });

  it('leads to the one verdict for every bit of the octet that determines the padding', () => {
    const at = parts.ciphertext.end - block - 1;
    for (let bit = 0; bit < 8; bit += 1) {
      expect(verdict(flipped(envelope, at, bit))).toBe(THE_ONE_VERDICT);
    }
  });

  it('leads to the one verdict for flips in the encrypted key', () => {
    for (let at = parts.encryptedKey.start; at < parts.encryptedKey.end; at += 37) {
      expect(verdict(flipped(envelope, at, at % 8))).toBe(THE_ONE_VERDICT);
    }
  });

  it('leads to the one verdict for repeated and zeroed blocks', () => {
    const { start, end } = parts.ciphertext;
    const swapped = Buffer.from(envelope);
    Buffer.from(envelope.subarray(end - 2 * block, end - block)).copy(swapped, end - block);
    expect(verdict(swapped)).toBe(THE_ONE_VERDICT);
    const zeroed = Buffer.from(envelope).fill(0, start, end);
    expect(verdict(zeroed)).toBe(THE_ONE_VERDICT);
  });
});

it('refuses a flip in the initialisation vector although it only changes unsigned octets', () => {
  const envelope = goldenEnvelope('aes128');
  const { start, end } = partsOf(envelope).initialisationVector;
  for (let at = start; at < end; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      expect(verdict(flipped(envelope, at, bit))).toBe(THE_ONE_VERDICT);
    }
  }
});
