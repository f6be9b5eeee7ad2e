import { expect, it } from 'vitest';
import {
  type RevocationSources,
  revocationSourcesOf,
} from '../../../../src/issuer/acm-pca/revocation-sources.ts';

const ID = '11111111-2222-4333-8444-555555555555';

interface Configured {
  readonly region?: string;
  readonly crl?: Readonly<Record<string, unknown>>;
  readonly ocsp?: Readonly<Record<string, unknown>>;
}

it.each<[string, Configured, RevocationSources]>([
  ['nothing configured', {}, {}],
  ['all off', { crl: { Enabled: false }, ocsp: { Enabled: false } }, {}],
  [
    'a bucket',
    { crl: { Enabled: true, S3BucketName: 'lists' } },
    { listUrl: `http://lists.s3.eu-central-1.amazonaws.com/crl/${ID}.crl` },
  ],
  [
    'a bucket in China',
    { region: 'cn-north-1', crl: { Enabled: true, S3BucketName: 'lists', CrlType: 'COMPLETE' } },
    { listUrl: `http://lists.s3.cn-north-1.amazonaws.com.cn/crl/${ID}.crl` },
  ],
  [
    'a name of its own',
    { crl: { Enabled: true, S3BucketName: 'lists', CustomCname: 'pki.example.com' } },
    { listUrl: `http://pki.example.com/crl/${ID}.crl` },
  ],
  [
    'a path',
    { crl: { Enabled: true, S3BucketName: 'lists', CustomPath: 'a/b' } },
    { listUrl: `http://lists.s3.eu-central-1.amazonaws.com/a/b/${ID}.crl` },
  ],
  [
    'no path',
    { crl: { Enabled: true, CustomCname: 'pki.example.com', CustomPath: '/' } },
    { listUrl: `http://pki.example.com/${ID}.crl` },
  ],
  [
    'partitions and OCSP',
    {
      crl: { Enabled: true, S3BucketName: 'lists', CrlType: 'PARTITIONED' },
      ocsp: { Enabled: true },
    },
    {
      partitionsUrl: 'http://lists.s3.eu-central-1.amazonaws.com/crl/',
      ocspUrl: 'http://ocsp.acm-pca.eu-central-1.amazonaws.com',
    },
  ],
  [
    'an OCSP responder under a name of its own',
    { ocsp: { Enabled: true, OcspCustomCname: 'ocsp.example.com' } },
    { ocspUrl: 'http://ocsp.example.com' },
  ],
])('%s', (_, { region = 'eu-central-1', crl, ocsp }, expected) => {
  const authority = {
    Arn: `arn:aws:acm-pca:${region}:123456789012:certificate-authority/${ID}`,
    RevocationConfiguration: { CrlConfiguration: crl, OcspConfiguration: ocsp },
  };
  expect(revocationSourcesOf(authority)).toEqual(expected);
});
