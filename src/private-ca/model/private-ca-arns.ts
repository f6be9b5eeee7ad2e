import { formatArn, parseArn, partitionOf } from '../../aws-wire/arn.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';

/** Whose authorities these are. */
export interface PrivateCaScope {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

const AUTHORITY_ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const SERIAL = '[0-9a-f]{32}';

/** ARNs as AWS Private CA forms them. */
export function authorityArn({ region, accountId }: PrivateCaScope, authorityId: string): string {
  const resource = `certificate-authority/${authorityId}`;
  return formatArn({
    partition: partitionOf(region),
    service: 'acm-pca',
    region,
    accountId,
    resource,
  });
}

/** Where the thing with this ARN is. @throws AwsError InvalidArnException when it is no ARN of an account and region */
export function scopeOf(arn: string): PrivateCaScope {
  const { region = '', accountId = '' } = parseArn(arn) ?? {};
  if (region !== '' && accountId !== '') return { region, accountId };
  throw invalidArn(arn);
}

/** `serial` is 32 lower-case hexadecimal digits. */
export function certificateArn(authority: string, serial: string): string {
  return `${authority}/certificate/${serial}`;
}

/** The id in the ARN of an authority. @throws AwsError InvalidArnException when it is of another kind or scope. */
export function authorityIdOf(scope: PrivateCaScope, arn: string): string {
  const id = new RegExp(`^(.*)/(${AUTHORITY_ID})$`).exec(arn)?.[2];
  if (id === undefined || arn !== authorityArn(scope, id)) throw invalidArn(arn);
  return id;
}

/** The serial number in the ARN of a certificate. @throws AwsError InvalidArnException when it is not the authority's. */
export function serialOf(authority: string, arn: string): string {
  const serial = new RegExp(`/(${SERIAL})$`).exec(arn)?.[1];
  if (serial === undefined || arn !== certificateArn(authority, serial)) throw invalidArn(arn);
  return serial;
}

function invalidArn(arn: string): AwsError {
  const message = `The ARN ${arn} does not refer to an existing resource`;
  return new AwsError('InvalidArnException', message);
}
