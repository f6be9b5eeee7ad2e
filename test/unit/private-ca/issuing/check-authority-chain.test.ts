import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { encodePem } from '../../../../src/asn1/pem.ts';
import { derContext, derContextPrimitive, derSequence } from '../../../../src/asn1/write-der.ts';
import { checkSubordinateChain } from '../../../../src/private-ca/issuing/check-authority-chain.ts';
import { basicConstraintsExtension } from '../../../../src/x509/basic-constraints.ts';
import { signCertificate } from '../../../../src/x509/build-certificate.ts';
import type { Extension } from '../../../../src/x509/extensions.ts';
import { derGeneralNames, type GeneralName } from '../../../../src/x509/general-names.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifierOf,
  subjectKeyIdentifierExtension,
} from '../../../../src/x509/key-identifier.ts';
import { keyUsageExtension } from '../../../../src/x509/key-usage.ts';
import { parseCertificate } from '../../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../../src/x509/parse-distinguished-name-text.ts';
import { createSigner } from '../../../../src/x509/signing-algorithm.ts';
import { verifyChain } from '../../../support/clients/openssl.ts';
import { ecKeyPair } from '../../../support/keys/sample-keys.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

interface Level {
  readonly subject: string;
  readonly pathLength?: number;
  /** Which names it permits or excludes. */
  readonly constraints?: Extension;
  readonly names?: readonly GeneralName[];
  /** What its certificate says of the key that signed it; the truth when absent. */
  readonly authorityKey?: Uint8Array;
}

const root: Level = { subject: 'CN=Root,O=Lab' };
const middle: Level = { subject: 'CN=Middle,O=Lab' };
const ours: Level = { subject: 'CN=Ours,O=Lab' };

/** Issues a path with its own keys, from a root down to a device. @returns from the device up */
function makePath(levels: readonly Level[]) {
  const keys = levels.map(() => ecKeyPair());
  const leaf: Level = { subject: 'CN=device,O=Lab' };
  return [...levels, leaf]
    .map((level, i) => {
      const own = keys[i] ?? ecKeyPair();
      const issuer = keys[Math.max(i - 1, 0)] ?? own;
      const { pathLength, constraints, names, authorityKey = keyIdentifierOf(issuer.spki) } = level;
      const isCa = level !== leaf;
      const der = signCertificate(
        {
          serialNumber: Buffer.of(1, i),
          signingAlgorithm: 'SHA256WITHECDSA',
          issuer: parseDistinguishedNameText((levels[Math.max(i - 1, 0)] ?? level).subject),
          subject: parseDistinguishedNameText(level.subject),
          notBefore: new Date('2026-01-01T00:00:00Z'),
          notAfter: new Date('2050-01-01T00:00:00Z'),
          subjectPublicKeyInfo: own.spki,
          extensions: [
            basicConstraintsExtension(
              { ca: isCa, ...(pathLength !== undefined && { pathLength }) },
              true,
            ),
            keyUsageExtension([isCa ? 'keyCertSign' : 'digitalSignature']),
            subjectKeyIdentifierExtension(keyIdentifierOf(own.spki)),
            authorityKeyIdentifierExtension(authorityKey),
            ...(constraints ? [constraints] : []),
            ...(names
              ? [{ oid: OID.subjectAltName, critical: false, value: derGeneralNames(names) }]
              : []),
          ],
        },
        createSigner(issuer.privateKey, 'SHA256WITHECDSA'),
      );
      return parseCertificate(der);
    })
    .toReversed();
}

const PERMITTED = 0;
const EXCLUDED = 1;

function constraining(list: number, ...bases: readonly Uint8Array[]): Extension {
  const subtrees = bases.map((base) => derSequence(base));
  const value = derSequence(derContext(list, ...subtrees));
  return { oid: OID.nameConstraints, critical: true, value };
}

const within = (name: string) => derContext(4, parseDistinguishedNameText(name));
const domain = (name: string) => derContextPrimitive(2, Buffer.from(name));
const dnsName = (value: string): GeneralName => ({ kind: 'dNSName', value });

function judge(certificates: ReturnType<typeof makePath>): string {
  const [, authority, ...chain] = certificates;
  if (authority === undefined) throw new Error('the path is too short');
  try {
    checkSubordinateChain(authority, chain);
    return 'OK';
  } catch (error) {
    return error instanceof Error ? error.message : 'thrown';
  }
}

async function askOpenssl(certificates: ReturnType<typeof makePath>): Promise<string> {
  const directory = tempDirectory();
  const [leaf = '', ...others] = certificates.map(({ der }) => encodePem('CERTIFICATE', der));
  const write = (name: string, text: string) => {
    const file = path.join(directory, name);
    writeFileSync(file, text);
    return file;
  };
  const anchor = write('root.pem', others.at(-1) ?? '');
  return verifyChain(write('leaf.pem', leaf), anchor, write('chain.pem', others.join('')));
}

describe('a chain whose leaf OpenSSL accepts is accepted', () => {
  it.each<[string, readonly Level[]]>([
    ['nothing is constrained', [root, middle, ours]],
    [
      'all names are within those that are permitted',
      [{ ...root, constraints: constraining(PERMITTED, within('O=Lab')) }, middle, ours],
    ],
    [
      'an authority gives itself a certificate that its own constraints do not permit',
      [
        root,
        { ...middle, subject: 'CN=Loop', constraints: constraining(EXCLUDED, within('CN=Loop')) },
        { ...ours, subject: 'CN=Loop' },
      ],
    ],
    [
      'a common name that looks like a host is outside a permitted domain',
      [
        { ...root, constraints: constraining(PERMITTED, domain('example.com')) },
        { ...ours, subject: 'CN=ca.example.org,O=Lab' },
      ],
    ],
    [
      'a domain of the authority’s own is permitted',
      [
        { ...root, constraints: constraining(PERMITTED, domain('example.com')) },
        { ...ours, names: [dnsName('ca.example.com')] },
      ],
    ],
    ['path lengths leave room', [{ ...root, pathLength: 2 }, { ...middle, pathLength: 1 }, ours]],
  ])('%s', async (_, levels) => {
    const certificates = makePath(levels);
    expect(await askOpenssl(certificates)).toMatch(/OK$/);
    expect(judge(certificates)).toBe('OK');
  });
});

describe('a chain whose leaf OpenSSL refuses is refused', () => {
  it.each<[string, readonly Level[], RegExp]>([
    [
      'the authority is outside the names that the root permits',
      [{ ...root, constraints: constraining(PERMITTED, within('O=Other')) }, ours],
      /directoryName that the name constraints above it do not permit/,
    ],
    [
      'the root excludes the authority, two levels below',
      [{ ...root, constraints: constraining(EXCLUDED, within('CN=Ours,O=Lab')) }, middle, ours],
      /directoryName/,
    ],
    [
      'an authority above breaks what the root permits',
      [
        { ...root, constraints: constraining(PERMITTED, domain('example.com')) },
        { ...middle, names: [dnsName('ca.example.org')] },
        ours,
      ],
      /dNSName/,
    ],
    [
      'the path length of the root is used up',
      [{ ...root, pathLength: 0 }, middle, ours],
      /the path is longer/,
    ],
    [
      'the authority names another key than its signer’s',
      [root, { ...middle }, { ...ours, authorityKey: Buffer.alloc(20, 7) }],
      /names another key/,
    ],
  ])('%s', async (_, levels, reason) => {
    const certificates = makePath(levels);
    expect(await askOpenssl(certificates)).not.toMatch(/OK$/);
    expect(judge(certificates)).toMatch(reason);
  });
});
