import { expect, it } from 'vitest';
import {
  buildCaCertReply,
  CA_RA_CERT_CONTENT_TYPE,
} from '../../../src/scep/build-ca-cert-reply.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const der = (name: 'root' | 'ra' | 'foreign-ra') => goldenIdentity(name).certificate.der;

function subjectsOf(reply: Uint8Array): string[] {
  const printed = runOpenssl(['pkcs7', '-inform', 'DER', '-print_certs', '-noout'], reply);
  return (printed.toString('utf8').match(/^subject=.*$/gm) ?? []).map((line) =>
    line.replace(/.*CN ?= ?/, ''),
  );
}

it('sends the RA first, then the issuing CA, then the rest up to the root', () => {
  const reply = buildCaCertReply(der('ra'), [der('foreign-ra'), der('root')]);
  expect(subjectsOf(reply)).toEqual(['Golden Test RA', 'Foreign RA', 'Golden Test Root']);
});

it('sends two certificates when the root issues', () => {
  expect(subjectsOf(buildCaCertReply(der('ra'), [der('root')]))).toEqual([
    'Golden Test RA',
    'Golden Test Root',
  ]);
});

it('has the content type of RFC 8894 section 4.2.1.2', () => {
  expect(CA_RA_CERT_CONTENT_TYPE).toBe('application/x-x509-ca-ra-cert');
});
