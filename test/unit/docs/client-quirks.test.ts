import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKeyTransport } from '../../../src/cms/key-transport.ts';
import { type AlgorithmPolicy, MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import { CSR_QUIRKS } from '../../../src/scep/csr-quirks.ts';
import { findRecipient } from '../../../src/scep/find-recipient.ts';
import { openPkiRequest } from '../../../src/scep/open-pki-request.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { type ClientQuirk, READING_QUIRKS } from '../../../src/scep/reading-quirks.ts';
import { Refusal } from '../../../src/scep/refusal.ts';
import { verifyPkiRequest } from '../../../src/scep/verify-pki-request.ts';
import { WRITING_QUIRKS } from '../../../src/scep/writing-quirks.ts';
import { markdownTable, withSection } from '../../support/docs/markdown-table.ts';
import { missingTest } from '../../support/docs/named-tests.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';
import { goldenRequests } from '../../support/scep-messages/golden-requests.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const PAGE = path.join(ROOT, 'docs/client-quirks.md');
const QUIRKS = [...READING_QUIRKS, ...CSR_QUIRKS, ...WRITING_QUIRKS];
const GOLDEN = new Map(goldenRequests());
const ALLOWED_BY = {
  des: 'allowSingleDes',
  sha1: 'allowSha1',
  md5: 'allowMd5',
  'rsa-1024': 'allowRsa1024',
} as const;

const ra = goldenIdentity('ra');
const recipient = { ...ra, keyTransport: createKeyTransport(ra.privateKey) };

/** @throws Refusal, DecodeError */
function open(file: string, policy: AlgorithmPolicy): void {
  const message = GOLDEN.get(file);
  if (message === undefined) throw new Error(`there is no ${file}`);
  const verified = verifyPkiRequest(readPkiRequest(message), policy);
  openPkiRequest(verified, findRecipient(verified.request, [recipient]), policy);
}

function policyOf(file: string): AlgorithmPolicy {
  const json = file.replace(/\.(der|url)$/, '.expect.json');
  const text = readFileSync(path.join(ROOT, 'test/golden/scep', json), 'utf8');
  const { policy } = JSON.parse(text) as { policy: Partial<AlgorithmPolicy> };
  return { ...MODERN_ALGORITHMS, ...policy };
}

describe.each(QUIRKS)('$name', (quirk) => {
  it('is proven by requests that open, or by tests that exist', () => {
    const { cases = [], tests = [], legacy } = quirk;
    expect(cases.length + tests.length).toBeGreaterThan(0);
    for (const file of cases) {
      const policy = policyOf(file);
      open(file, policy);
      if (legacy !== undefined) {
        const without = { ...policy, [ALLOWED_BY[legacy]]: false };
        expect(() => open(file, without)).toThrow(Refusal);
      }
    }
    expect(tests.map(missingTest).filter(Boolean)).toEqual([]);
  });

  it('names a function that exists', () => {
    const [file = '', name = ''] = quirk.where.split('#');
    expect(existsSync(path.join(ROOT, 'src', file))).toBe(true);
    const source = readFileSync(path.join(ROOT, 'src', file), 'utf8');
    expect(source).toMatch(new RegExp(`function ${name}\\b`));
  });
});

it('gives each quirk a name of its own', () => {
  expect(new Set(QUIRKS.map(({ name }) => name)).size).toBe(QUIRKS.length);
});

it('generates docs/client-quirks.md from the quirks of the code', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const reading = markdownTable(
    ['name', 'leniency', 'for', 'switched on by'],
    [...READING_QUIRKS, ...CSR_QUIRKS].map(({ name, what, clients, legacy }) => [
      ...[`\`${name}\``, what, clients],
      legacy === undefined ? 'always' : `connector tag \`scep:legacy\` with the word \`${legacy}\``,
    ]),
  );
  const writing = markdownTable(
    ['name', 'habit', 'for'],
    WRITING_QUIRKS.map(({ name, what, clients }) => [`\`${name}\``, what, clients]),
  );
  const proof = QUIRKS.map(proofLines).join('\n');
  const made = [
    ['reading', reading] as const,
    ['writing', writing] as const,
    ['proof', proof] as const,
  ];
  await expect(
    made.reduce((text, [name, section]) => withSection(text, name, section), page),
  ).toMatchFileSnapshot(PAGE);
});

function proofLines({ name, where, cases = [], tests = [] }: ClientQuirk): string {
  const proofs = [...cases.map((file) => `golden/scep/${file}`), ...tests];
  return [`- \`${name}\` in \`src/${where}\`:`, ...proofs.map((proof) => `  - \`${proof}\``)].join(
    '\n',
  );
}
