import { z } from 'zod';
import { parseArn } from '../../aws-wire/arn.ts';
import { omitUndefined } from '../../omit-undefined.ts';

/** Where an authority publishes revocations. The URLs are plain HTTP, as the content is signed. */
export interface RevocationSources {
  /** URL of the complete CRL. */
  readonly listUrl?: string;
  /** Prefix of the URLs of partitioned CRLs. */
  readonly partitionsUrl?: string;
  readonly ocspUrl?: string;
}

const text = z.string().optional();
/** The SDK's types are of an older model of the API, without partitioned CRLs. */
const configuration = z.object({
  CrlConfiguration: z
    .object({
      Enabled: z.boolean(),
      CustomCname: text,
      S3BucketName: text,
      CrlType: text,
      CustomPath: text,
    })
    .optional(),
  OcspConfiguration: z.object({ Enabled: z.boolean(), OcspCustomCname: text }).optional(),
});
type CrlConfiguration = NonNullable<z.infer<typeof configuration>['CrlConfiguration']>;

/** Follows "CRL structure" and "Setting up OCSP" in the AWS Private CA user guide. */
export function revocationSourcesOf({
  Arn = '',
  RevocationConfiguration,
}: {
  readonly Arn?: string | undefined;
  readonly RevocationConfiguration?: unknown;
}): RevocationSources {
  const { region = '', resource = '' } = parseArn(Arn) ?? {};
  const { CrlConfiguration: crl, OcspConfiguration: ocsp } = configuration.parse(
    RevocationConfiguration ?? {},
  );
  const directory = crl?.Enabled === true ? directoryOf(crl, region) : undefined;
  const listUrl = directory && `${directory}${resource.slice(resource.lastIndexOf('/') + 1)}.crl`;
  const isPartitioned = crl?.CrlType === 'PARTITIONED';
  const ocspHost = ocsp?.OcspCustomCname || `ocsp.acm-pca.${region}.${domainOf(region)}`;
  return omitUndefined({
    listUrl: isPartitioned ? undefined : listUrl,
    partitionsUrl: isPartitioned ? directory : undefined,
    ocspUrl: ocsp?.Enabled === true ? `http://${ocspHost}` : undefined,
  });
}

/** A URL that ends with a slash; undefined without a host. */
function directoryOf(
  { CustomCname, S3BucketName, CustomPath }: CrlConfiguration,
  region: string,
): string | undefined {
  const bucket = S3BucketName && `${S3BucketName}.s3.${region}.${domainOf(region)}`;
  const host = CustomCname || bucket;
  const path = CustomPath === '/' ? '' : `${CustomPath || 'crl'}/`;
  return host && `http://${host.replace(/\/+$/, '')}/${path}`;
}

function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}
