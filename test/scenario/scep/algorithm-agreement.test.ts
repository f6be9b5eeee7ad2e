// Under every policy, GetCACaps offers what the server accepts and nothing that it refuses.
import { describe, expect, it } from 'vitest';
import { CONTENT_CIPHERS } from '../../../src/cms/content-ciphers.ts';
import { createKeyTransport } from '../../../src/cms/key-transport.ts';
import type { AlgorithmPolicy } from '../../../src/scep/algorithm-policy.ts';
import { caCapabilities } from '../../../src/scep/ca-capabilities.ts';
import { findRecipient } from '../../../src/scep/find-recipient.ts';
import { openPkiRequest } from '../../../src/scep/open-pki-request.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { Refusal } from '../../../src/scep/refusal.ts';
import { verifyPkiRequest } from '../../../src/scep/verify-pki-request.ts';
import { DIGEST_ALGORITHMS } from '../../../src/x509/signature-algorithms.ts';
import { forgePkiMessage, goldenEnvelope } from '../../support/scep-messages/forge-pki-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const BOTH = [false, true];
const POLICIES: readonly AlgorithmPolicy[] = BOTH.flatMap((allowSingleDes) =>
  BOTH.flatMap((allowSha1) =>
    BOTH.map((allowMd5) => ({ allowSingleDes, allowSha1, allowMd5, allowRsa1024: false })),
  ),
);

const { certificate, privateKey } = goldenIdentity('ra');
const ra = { certificate, privateKey, keyTransport: createKeyTransport(privateKey) };

/**
 * RFC 8894 section 3.5.2, and SHA-384 for strongSwan: written out here to check the tables
 * independently.
 */
const KEYWORDS = {
  aes128: 'AES',
  aes192: 'AES',
  aes256: 'AES',
  '3des': 'DES3',
  des: undefined,
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
  md5: undefined,
} as const;

const byCipher = CONTENT_CIPHERS.map(({ name }) => ({
  name,
  message: forgePkiMessage({ content: goldenEnvelope(name) }),
}));
const byDigest = DIGEST_ALGORITHMS.map(({ name }) => ({
  name,
  message: forgePkiMessage({ digest: name }),
}));
const REQUESTS = [...byCipher, ...byDigest];

/** The outcome of a request that uses one legacy algorithm and otherwise modern ones. */
function verdict(message: Uint8Array, policy: AlgorithmPolicy): string {
  try {
    const verified = verifyPkiRequest(readPkiRequest(message), policy);
    openPkiRequest(verified, findRecipient(verified.request, [ra]), policy);
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

it('this test tries every algorithm of the tables', () => {
  expect(REQUESTS.map(({ name }) => name).toSorted()).toEqual(Object.keys(KEYWORDS).toSorted());
});

describe.each(POLICIES)('the policy %j', (policy) => {
  const offered = caCapabilities(policy).trim().split('\n');

  it.each(REQUESTS)(
    'has $name offered if it is accepted, otherwise refused and not offered',
    (request) => {
      const outcome = verdict(request.message, policy);
      expect(['accepted', 'algorithm-not-allowed']).toContain(outcome);
      const keyword = KEYWORDS[request.name];
      if (keyword !== undefined) {
        expect(offered.includes(keyword)).toBe(outcome === 'accepted');
      }
    },
  );

  it('offers only keywords of accepted algorithms', () => {
    const known: readonly (string | undefined)[] = Object.values(KEYWORDS);
    for (const keyword of offered.filter((each) => known.includes(each))) {
      const meant = REQUESTS.filter(({ name }) => KEYWORDS[name] === keyword);
      expect(meant.length).toBeGreaterThan(0);
      for (const { message } of meant) expect(verdict(message, policy)).toBe('accepted');
    }
    // SCEPStandard promises these (RFC 8894 section 3.5.2).
    expect(offered).toEqual(expect.arrayContaining(['SCEPStandard', 'AES', 'SHA-256']));
  });

  it('accepts each legacy algorithm only with its own word', () => {
    const accepts = (name: string) =>
      REQUESTS.filter((request) => request.name === name).every(
        ({ message }) => verdict(message, policy) === 'accepted',
      );
    expect([accepts('des'), accepts('sha1'), accepts('md5')]).toEqual([
      policy.allowSingleDes,
      policy.allowSha1,
      policy.allowMd5,
    ]);
  });
});
