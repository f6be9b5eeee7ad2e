import { expect, it } from 'vitest';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import { caCapabilities } from '../../../src/scep/ca-capabilities.ts';

const policies = [false, true].flatMap((allowSingleDes) =>
  [false, true].flatMap((allowSha1) =>
    [false, true].map((allowMd5) => ({
      ...{ allowSingleDes, allowSha1, allowMd5 },
      allowRsa1024: false,
    })),
  ),
);

it('has exactly these octets by default', () => {
  expect(caCapabilities(MODERN_ALGORITHMS)).toBe(
    'AES\nPOSTPKIOperation\nSCEPStandard\nSHA-256\nSHA-512\nSHA-384\nDES3\n',
  );
});

it('lists services only while they are offered', () => {
  expect(caCapabilities(MODERN_ALGORITHMS, ['GetNextCACert', 'Renewal'])).toBe(
    'AES\nPOSTPKIOperation\nSCEPStandard\nSHA-256\nSHA-512\nSHA-384\nRenewal\nGetNextCACert\nDES3\n',
  );
});

it.each(policies)('suits the clients with the policy %j', (policy) => {
  const body = caCapabilities(policy);
  const lines = body.split('\n');
  expect(lines.pop()).toBe('');
  for (const line of lines) expect(line).toMatch(/^[A-Za-z0-9-]+$/);
  expect(new Set(lines).size).toBe(lines.length);
  // certmonger uses the first cipher that it finds; strongSwan 5.9.8 uses AES only with SHA-384.
  expect(lines.indexOf('AES')).toBeLessThan(lines.indexOf('DES3'));
  expect(lines).toContain('SHA-384');
  expect(lines.includes('SHA-1')).toBe(policy.allowSha1);
});

it.each(policies)('never advertises single DES or MD5, with the policy %j', (policy) => {
  expect(caCapabilities(policy)).not.toMatch(/^(DES|MD5)$/m);
});
