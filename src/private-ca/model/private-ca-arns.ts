import { formatArn, parseArn, partitionOf } from '../../aws-wire/arn.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';

/** The account and region that authorities belong to. */
export interface PrivateCaScope {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

const AUTHORITY_ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const SERIAL = '[0-9a-f]{32}';

/** ARNs in the form of AWS Private CA. */
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

/** The account and region in an ARN. @throws AwsError InvalidArnException when it has none */
export function scopeOf(arn: string): PrivateCaScope {
  const { region = '', accountId = '' } = parseArn(arn) ?? {};
  if (region !== '' && accountId !== '') return { region, accountId };
  throw invalidArn(arn);
}

/** `serial` is 32 lower-case hexadecimal digits. */
export function certificateArn(authority: string, serial: string): string {
  return `${authority}/certificate/${serial}`;
}

/**
 * The id in the ARN of an authority.
 * @throws AwsError InvalidArnException for another kind of ARN or another scope
 */
export function authorityIdOf(scope: PrivateCaScope, arn: string): string {
  const id = new RegExp(`^(.*)/(${AUTHORITY_ID})$`).exec(arn)?.[2];
  if (id === undefined || arn !== authorityArn(scope, id)) throw invalidArn(arn);
  return id;
}

/**
 * The serial number in the ARN of a certificate.
 * @throws AwsError InvalidArnException for a certificate of another authority
 */
export function serialOf(authority: string, arn: string): string {
  const serial = new RegExp(`/(${SERIAL})$`).exec(arn)?.[1];
  if (serial === undefined || arn !== certificateArn(authority, serial)) throw invalidArn(arn);
  return serial;
}

function invalidArn(arn: string): AwsError {
  const message = `The ARN ${arn} does not refer to an existing resource`;
  return new AwsError('InvalidArnException', message);
}
