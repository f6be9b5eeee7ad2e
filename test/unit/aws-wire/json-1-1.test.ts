import { expect, test } from 'vitest';
import { readTarget } from '../../../src/aws-wire/json-1-1.ts';

test('the action that a target names', () => {
  expect(readTarget('ACMPrivateCA.IssueCertificate')).toBe('IssueCertificate');
  expect(readTarget('ACMPrivateCA.NoSuchAction')).toBe('NoSuchAction');
});

test.each([
  undefined,
  '',
  'ACMPrivateCA.',
  'ACMPrivateCA.Issue.Certificate',
  'ACMPrivateCA.IssueCertificate\n',
  'ACMPrivateCA.__proto__',
  'acmprivateca.IssueCertificate',
  'xACMPrivateCA.IssueCertificate',
  'CertificateManager.ListCertificates',
  'ACMPrivateCA.IssueCertificate, ACMPrivateCA.GetCertificate',
  `ACMPrivateCA.${'A'.repeat(65)}`,
])('%j names none', (header) => {
  expect(readTarget(header)).toBeUndefined();
});
