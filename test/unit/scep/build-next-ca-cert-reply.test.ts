import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodePem } from '../../../src/asn1/pem.ts';
import { parseSignedData } from '../../../src/cms/parse-signed-data.ts';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import {
  buildNextCaCertReply,
  NEXT_CA_CERT_CONTENT_TYPE,
} from '../../../src/scep/build-next-ca-cert-reply.ts';
import { readNextCaCertificates } from '../../../src/scep/read-next-ca-certificates.ts';
import { UntrustedReplyError } from '../../../src/scep/require-server-signature.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { makeIdentity } from '../../support/keys/test-authority.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const root = makeIdentity({ subject: 'CN=Root', ca: {} });
const usages = { keyUsage: ['digitalSignature', 'keyEncipherment'] as const, issuer: root };
const current = makeIdentity({ subject: 'CN=Current RA', ...usages });
const next = makeIdentity({ subject: 'CN=Next RA', ...usages });
const certificates = [next, root].map(({ certificate }) => certificate.der);
const reply = buildNextCaCertReply(certificates, current, new Date());

describe('read by openssl', () => {
  const directory = tempDirectory();
  const rootFile = path.join(directory, 'root.pem');
  const content = path.join(directory, 'content.p7');
  writeFileSync(rootFile, encodePem('CERTIFICATE', root.certificate.der));

  it('is signed by the current RA, below the root', () => {
    runOpenssl(
      ['cms', '-verify', '-inform', 'DER', '-CAfile', rootFile, '-purpose', 'any', '-out', content],
      reply,
    );
    const printed = runOpenssl(
      ['pkcs7', '-inform', 'DER', '-print_certs', '-noout'],
      readFileSync(content),
    );
    expect(printed.toString('utf8').match(/^subject=.*$/gm)).toEqual([
      expect.stringMatching(/CN ?= ?Next RA$/),
      expect.stringMatching(/CN ?= ?Root$/),
    ]);
  });
});

it('contains only the signer’s certificate outside, because that part is not signed', () => {
  expect(parseSignedData(reply).certificates).toEqual([current.certificate.der]);
});

it('our own client reads it, but not if another signed it', () => {
  const read = (signer: typeof current) =>
    readNextCaCertificates(reply, NEXT_CA_CERT_CONTENT_TYPE, {
      signers: [signer.certificate],
      policy: MODERN_ALGORITHMS,
    }).map(({ der }) => der);
  expect(read(current)).toEqual(certificates);
  expect(() => read(next)).toThrow(UntrustedReplyError);
});
