import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import {
  findTemplate,
  TEMPLATES,
  templateArnOf,
} from '../../../../src/private-ca/issuing/templates.ts';
import { parseBasicConstraints } from '../../../../src/x509/basic-constraints.ts';
import { parseExtendedKeyUsage } from '../../../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../../../src/x509/extensions.ts';
import { parseKeyUsage } from '../../../../src/x509/key-usage.ts';

const page = new URL('../../../../docs/certificate-templates.md', import.meta.url);
const SUFFIXES = new Map([
  ['base', ''],
  ['CSR', '_CSRPassthrough'],
  ['API', '_APIPassthrough'],
  ['APICSR', '_APICSRPassthrough'],
]);
const PURPOSES = new Map<string, string>([
  [OID.serverAuth, 'serverAuth'],
  [OID.clientAuth, 'clientAuth'],
  ['1.3.6.1.5.5.7.3.3', 'codeSigning'],
  ['1.3.6.1.5.5.7.3.9', 'OCSPSigning'],
]);

/** The rows of the documentation's table, one a family, path lengths written out. */
const rows = readFileSync(page, 'utf8')
  .split('\n')
  .filter((line) => /^\| \w+CACertificate|^\| \w+Certificate/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .flatMap(([, name = '', ...cells]) =>
    name.includes('{0..3}')
      ? [0, 1, 2, 3].map((n) =>
          [name, ...cells].map((cell) =>
            cell.replace('{0..3}', `${n}`).replace('pathlen:N', `pathlen:${n}`),
          ),
        )
      : [[name, ...cells]],
  );

const templates = rows.flatMap(
  ([family = '', constraints, keyUsage, purposes, points, varieties = '']) =>
    varieties.split(', ').map((variety) => {
      const name = `${family}${SUFFIXES.get(variety)}/V1`;
      return { name, variety, constraints, keyUsage, purposes, points };
    }),
);

function extension(extensions: readonly Extension[], oid: string): Extension | undefined {
  return extensions.find((each) => each.oid === oid);
}

function describeConstraints(extensions: readonly Extension[]): string {
  const found = extension(extensions, OID.basicConstraints);
  const { ca, pathLength } = parseBasicConstraints(found?.value ?? Buffer.alloc(0));
  return [
    ...(found?.critical ? ['critical'] : []),
    `CA:${ca ? 'TRUE' : 'FALSE'}`,
    ...(pathLength === undefined ? [] : [`pathlen:${pathLength}`]),
  ].join(', ');
}

function describePurposes(extensions: readonly Extension[]): string {
  const found = extension(extensions, OID.extKeyUsage);
  if (found === undefined) return 'passed through';
  const purposes = parseExtendedKeyUsage(found.value).map((oid) => PURPOSES.get(oid) ?? oid);
  return [...(found.critical ? ['critical'] : []), ...purposes].join(', ');
}

function describeKeyUsage(extensions: readonly Extension[]): string {
  const found = extension(extensions, OID.keyUsage);
  if (found === undefined) return 'passed through';
  expect(found.critical).toBe(true);
  return parseKeyUsage(found.value).join(', ');
}

describe('the templates', () => {
  it('are the 61 of AWS: 10 base, 15 CSR, 21 API, 15 APICSR', () => {
    const count = (variety: string) => templates.filter((each) => each.variety === variety).length;
    expect([...SUFFIXES.keys()].map(count)).toEqual([10, 15, 21, 15]);
    expect(TEMPLATES.map(({ name }) => name).toSorted()).toEqual(
      templates.map(({ name }) => name).toSorted(),
    );
  });

  it.each(templates)(
    '$name has the documented extensions and sources',
    ({ name, variety, ...row }) => {
      const { extensions, passthrough, selfSigned, distributionPoints } = findTemplate(
        templateArnOf(name),
      );
      expect({
        constraints: describeConstraints(extensions),
        keyUsage: describeKeyUsage(extensions),
        purposes: describePurposes(extensions),
        points: distributionPoints.join(', ').replace('api', 'API').replace('csr', 'CSR') || 'none',
      }).toEqual(row);
      expect(passthrough).toEqual({ api: variety.includes('API'), csr: variety.includes('CSR') });
      expect(selfSigned).toBe(name.includes('RootCA'));
    },
  );
});
