import { AwsError } from '../aws-wire/aws-error.ts';

export type ResourceType = 'Connector' | 'Challenge';

/** For a resource of another account or region as well, so that callers cannot tell. */
export function resourceNotFound(type: ResourceType, arn: string): AwsError {
  const members = { ResourceId: arn, ResourceType: type };
  return new AwsError('ResourceNotFoundException', `${type} ${arn} does not exist`, members);
}

/** The codes of these two quotas in AWS Service Quotas. */
const QUOTA_CODES = { Connector: 'L-CB21FAEA', Challenge: 'L-D42FC980' } as const;

/** @param quota this server's limit, which may differ from AWS's */
export function quotaExceeded(type: ResourceType, quota: number): AwsError {
  const whose = type === 'Connector' ? 'this account in this region' : 'this connector';
  return new AwsError(
    'ServiceQuotaExceededException',
    `The quota of ${quota} ${type.toLowerCase()}s for ${whose} is used up`,
    { ResourceType: type, ServiceCode: 'pca-connector-scep', QuotaCode: QUOTA_CODES[type] },
  );
}

/** The values of ValidationExceptionReason (API model) that this server uses. */
type Reason = 'INVALID_CA_USAGE_MODE' | 'INVALID_CONNECTOR_TYPE' | 'INVALID_STATE' | 'OTHER';

/** A ValidationException. @param message the caller sees it */
export function invalid(message: string, reason: Reason = 'OTHER'): AwsError {
  return new AwsError('ValidationException', message, { Reason: reason });
}

/** A ConflictException about an existing resource. @param message the caller sees it */
export function conflict(type: ResourceType, arn: string, message: string): AwsError {
  return new AwsError('ConflictException', message, { ResourceId: arn, ResourceType: type });
}
