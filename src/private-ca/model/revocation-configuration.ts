import { isIP } from 'node:net';
import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';

const cnameSchema = z
  .string()
  .max(253)
  .regex(/^(?:[-a-zA-Z0-9;/?:@&=+$,%_.!~*()']*)$/);

const crlConfigurationSchema = z.object({
  Enabled: z.boolean(),
  ExpirationInDays: z.int().min(1).max(5000).optional(),
  CustomCname: cnameSchema.optional(),
  S3BucketName: z
    .string()
    .min(3)
    .max(255)
    .regex(/^(?:[-a-zA-Z0-9._/]+)$/)
    .optional(),
  S3ObjectAcl: z.enum(['PUBLIC_READ', 'BUCKET_OWNER_FULL_CONTROL']).optional(),
  CrlDistributionPointExtensionConfiguration: z.object({ OmitExtension: z.boolean() }).optional(),
  CrlType: z.enum(['COMPLETE', 'PARTITIONED']).optional(),
  CustomPath: z
    .string()
    .max(253)
    .regex(/^(?:(\/|[-a-zA-Z0-9;?:@&=+$,%_.!~*()']+(\/[-a-zA-Z0-9;?:@&=+$,%_.!~*()']+)*))$/)
    .optional(),
});

const ocspConfigurationSchema = z.object({
  Enabled: z.boolean(),
  OcspCustomCname: cnameSchema.optional(),
});

/** RevocationConfiguration of the API model. */
export const revocationConfigurationSchema = z.object({
  CrlConfiguration: crlConfigurationSchema.optional(),
  OcspConfiguration: ocspConfigurationSchema.optional(),
});

export type RevocationConfiguration = z.infer<typeof revocationConfigurationSchema>;
type CrlConfiguration = z.infer<typeof crlConfigurationSchema>;

/** The default of the AWS console; the API model has none. */
const DEFAULT_EXPIRATION_IN_DAYS = 7;

/**
 * The configuration to store: members that `requested` lacks stay as in `current`, with those that
 * a later version added, and defaults are filled in.
 * @throws AwsError InvalidArgsException, and ValidationException for parameters of what is
 *   disabled: the model allows both and AWS does not
 */
export function changeRevocation(
  current: RevocationConfiguration | undefined,
  requested: RevocationConfiguration | undefined,
): RevocationConfiguration {
  const { CrlConfiguration: crl, OcspConfiguration: ocsp } = requested ?? {};
  requireNothingElse(crl);
  requireNothingElse(ocsp);
  requireNoScheme(ocsp?.OcspCustomCname);
  return {
    ...current,
    CrlConfiguration: crl ? enabledCrl(crl) : (current?.CrlConfiguration ?? { Enabled: false }),
    OcspConfiguration: ocsp ?? current?.OcspConfiguration ?? { Enabled: false },
  };
}

function enabledCrl(crl: CrlConfiguration): CrlConfiguration {
  if (!crl.Enabled) return crl;
  if (crl.S3BucketName === undefined) throw invalid('A CRL configuration needs an S3BucketName');
  requireBucketName(crl.S3BucketName);
  requireNoScheme(crl.CustomCname);
  const omits = crl.CrlDistributionPointExtensionConfiguration?.OmitExtension === true;
  if (omits && crl.CustomCname !== undefined) {
    throw invalid('OmitExtension cannot be true when a CustomCname is set');
  }
  return {
    ExpirationInDays: DEFAULT_EXPIRATION_IN_DAYS,
    S3ObjectAcl: 'PUBLIC_READ',
    CrlType: 'COMPLETE',
    ...crl,
  };
}

/** AWS Private CA API Reference, "UpdateCertificateAuthority", RevocationConfiguration. */
const NOTHING_ELSE =
  'A configuration disabling CRLs or OCSP must contain only the Enabled=False parameter, and will fail if other parameters such as CustomCname or ExpirationInDays are included';

function requireNothingElse(configuration: { readonly Enabled: boolean } | undefined): void {
  if (configuration === undefined || configuration.Enabled) return;
  const others = Object.values<unknown>(configuration).filter((value) => value !== undefined);
  if (others.length === 1) return;
  throw new AwsError('ValidationException', NOTHING_ELSE);
}

function requireNoScheme(cname: string | undefined): void {
  if (cname !== undefined && /^https?:/i.test(cname)) {
    throw invalid('A CNAME must not include a protocol prefix such as "http://" or "https://"');
  }
}

/** "Bucket naming rules" of the Amazon S3 user guide. @throws AwsError InvalidArgsException */
export function requireBucketName(name: string): void {
  const wellFormed = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
  if (wellFormed && isIP(name) === 0) return;
  throw invalid(`The S3 bucket name ${name} does not conform to the bucket naming rules`);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidArgsException', message);
}
