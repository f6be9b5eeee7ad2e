import { formatArn, parseArn, partitionOf } from '../../aws-wire/arn.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';

/** The account and region that authorities belong to. */
export interface PrivateCaScope {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

const AUTHORITY = 'certificate-authority/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})';
const CERTIFICATE = `${AUTHORITY}/certificate/([0-9a-f]{32})`;

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
 * The id in the ARN of an authority of this account and region.
 * @throws AwsError InvalidArnException for what is no ARN of an authority,
 *   ResourceNotFoundException for one of another account or region
 */
export function authorityIdOf(scope: PrivateCaScope, arn: string): string {
  const [id = ''] = idsIn(arn, AUTHORITY);
  if (arn !== authorityArn(scope, id)) throw notFound('certificate authority', arn);
  return id;
}

/**
 * The serial number in the ARN of a certificate of `authority`.
 * @throws AwsError InvalidArnException for what is no ARN of a certificate,
 *   ResourceNotFoundException for a certificate of another authority
 */
export function serialOf(authority: string, arn: string): string {
  const [, serial = ''] = idsIn(arn, CERTIFICATE);
  if (arn !== certificateArn(authority, serial)) throw notFound('certificate', arn);
  return serial;
}

/** The answer for a resource that does not exist, and for one of another account. */
export function notFound(kind: 'certificate' | 'certificate authority', arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Could not find ${kind} ${arn}`);
}

/** @throws AwsError InvalidArnException when the resource in the ARN has another form */
function idsIn(arn: string, resourceForm: string): readonly string[] {
  scopeOf(arn);
  const { service, resource = '' } = parseArn(arn) ?? {};
  const [, ...ids] = new RegExp(`^${resourceForm}$`).exec(resource) ?? [];
  if (service !== 'acm-pca' || ids.length === 0) throw invalidArn(arn);
  return ids;
}

function invalidArn(arn: string): AwsError {
  const message = `The ARN ${arn} does not refer to an existing resource`;
  return new AwsError('InvalidArnException', message);
}
