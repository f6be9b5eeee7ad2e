import { X509Certificate } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { certificateArn } from '../../../../src/private-ca/model/private-ca-arns.ts';
import { openPrivateCa, type PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import { runOpenssl } from '../../../support/clients/run-openssl.ts';
import { issueTestCertificate, openRevokingCa } from '../../../support/servers/open-revoking-ca.ts';

let ca: PrivateCa;
let arn: string;
let id: string;

beforeAll(async () => {
  ({ ca, arn } = await openRevokingCa(Date.now));
  id = arn.slice(-36);
});

const CRL = { Enabled: true, S3BucketName: 'a-bucket' };

/** The URIs in a certificate that is issued under the configuration, by name of the extension. */
async function urisUnder(
  RevocationConfiguration: object,
  publicUrl: string | undefined = 'https://scep.example/base/',
): Promise<{ readonly crl: readonly string[]; readonly access: readonly string[] }> {
  const process = openPrivateCa({ ...ca, publicUrl: () => publicUrl });
  const input = { CertificateAuthorityArn: arn };
  await ACTIONS.UpdateCertificateAuthority(process, { ...input, RevocationConfiguration });
  const CertificateArn = certificateArn(arn, await issueTestCertificate(process, arn));
  const { Certificate } = await ACTIONS.GetCertificate(process, { ...input, CertificateArn });
  const { raw, infoAccess = '' } = new X509Certificate(Certificate);
  const text = runOpenssl(
    ['x509', '-inform', 'DER', '-noout', '-ext', 'crlDistributionPoints'],
    raw,
  );
  return {
    crl: [...text.toString().matchAll(/URI:(\S+)/g)].map(([, uri = '']) => uri),
    access: infoAccess.split('\n').filter((line) => line !== ''),
  };
}

it.each<[string, object, string]>([
  ['nothing more', {}, 'https://scep.example/base/crl/<id>.crl'],
  ['a CNAME', { CustomCname: 'crl.example' }, 'http://crl.example/crl/<id>.crl'],
  ['a path', { CustomPath: 'pki/lists' }, 'https://scep.example/base/pki/lists/<id>.crl'],
  ['no path', { CustomPath: '/' }, 'https://scep.example/base/<id>.crl'],
  [
    'both',
    { CustomCname: 'crl.example:8080', CustomPath: 'a' },
    'http://crl.example:8080/a/<id>.crl',
  ],
])('certificates name the URL of the CRL: %s', async (_, changes, expected) => {
  const { crl } = await urisUnder({ CrlConfiguration: { ...CRL, ...changes } });
  expect(crl).toEqual([expected.replace('<id>', id)]);
});

it.each<[string, object, string?]>([
  ['without a CRL', { Enabled: false }],
  [
    'OmitExtension',
    { ...CRL, CrlDistributionPointExtensionConfiguration: { OmitExtension: true } },
  ],
])('certificates name no CRL: %s', async (_, CrlConfiguration) => {
  expect((await urisUnder({ CrlConfiguration })).crl).toEqual([]);
});

it('without a public URL, certificates name CNAMEs only', async () => {
  expect((await urisUnder({ CrlConfiguration: CRL }, '')).crl).toEqual([]);
  const CrlConfiguration = { ...CRL, CustomCname: 'crl.example' };
  expect((await urisUnder({ CrlConfiguration }, '')).crl).toHaveLength(1);
});

it.each<[string, object, string]>([
  ['of the server', { Enabled: true }, 'https://scep.example/base/ocsp'],
  ['under a CNAME', { Enabled: true, OcspCustomCname: 'ocsp.example' }, 'http://ocsp.example'],
])(
  'certificates name the URL of the OCSP responder: %s',
  async (_, OcspConfiguration, expected) => {
    expect((await urisUnder({ OcspConfiguration })).access).toEqual([`OCSP - URI:${expected}`]);
  },
);

it('certificates name no OCSP responder while OCSP is disabled', async () => {
  expect((await urisUnder({ OcspConfiguration: { Enabled: false } })).access).toEqual([]);
});
