import { type Command, Option } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import type { ApiInput } from '../api/api-service.ts';
import { parseWholeNumber } from '../terminal/parse-option.ts';

/** How a CA tells which of its certificates are revoked. */
export interface RevocationOptions {
  /** Name of the S3 bucket. */
  readonly crl?: string;
  readonly crlDays?: number;
  readonly ocsp?: boolean;
}

/** The bucket where none is named. */
const BUCKET = 'scep-connector-crls';

export function addRevocationOptions(command: Command): void {
  command
    .addOption(
      new Option('--crl [bucket]', `publish CRLs; the API wants an S3 bucket (${BUCKET})`).preset(
        BUCKET,
      ),
    )
    .option('--crl-days <days>', 'how long a CRL is valid (default: 7)', parseWholeNumber(1, 5000))
    .option('--ocsp', 'answer over OCSP');
}

/** RevocationConfiguration of the API; undefined when nothing is asked for. @throws UsageError */
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
