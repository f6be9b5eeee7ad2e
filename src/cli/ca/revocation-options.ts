import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import type { ApiInput } from '../api/api-service.ts';
import { parseWholeNumber } from '../terminal/parse-option.ts';

/** How a CA publishes which of its certificates are revoked. */
export interface RevocationOptions {
  /** Name of the S3 bucket. */
  readonly crl?: string;
  readonly crlDays?: number;
  readonly ocsp?: boolean;
}

/** The name of the bucket if the option has no value: the API requires one. */
export const NO_CRL_BUCKET = 'scep-connector-crls';

export function addRevocationOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '--crl [bucket]',
        `publish CRLs; the API requires the name of an S3 bucket (default: ${NO_CRL_BUCKET})`,
      )
        .preset(NO_CRL_BUCKET)
        .argParser(parseBucketName),
    )
    .option(
      '--crl-days <days>',
      'validity of each CRL in days (default: 7)',
      parseWholeNumber(1, 5000),
    )
    .option('--ocsp', 'answer OCSP requests');
}

/** A parser for commander, by "Bucket naming rules" of the Amazon S3 user guide. */
export function parseBucketName(text: string): string {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text) && !text.includes('..')) return text;
  throw new InvalidArgumentError(
    'It must be the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens.',
  );
}

/** RevocationConfiguration of the API; undefined without any of the options. @throws UsageError */
export function revocationOf({ crl, crlDays, ocsp }: RevocationOptions): ApiInput | undefined {
  if (crlDays !== undefined && crl === undefined) throw new UsageError('--crl-days needs --crl');
  if (crl === undefined && !ocsp) return undefined;
  return {
    ...(crl && {
      CrlConfiguration: { Enabled: true, S3BucketName: crl, ExpirationInDays: crlDays ?? 7 },
    }),
    ...(ocsp && { OcspConfiguration: { Enabled: true } }),
  };
}
