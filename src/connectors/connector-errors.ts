import { AwsError } from '../aws-wire/aws-error.ts';

export type ResourceType = 'Connector' | 'Challenge';

/** Of another account, of another region, or not there: the caller is not told which. */
export function resourceNotFound(type: ResourceType, arn: string): AwsError {
  const members = { ResourceId: arn, ResourceType: type };
  return new AwsError('ResourceNotFoundException', `${type} ${arn} does not exist`, members);
}

/** The quota codes of AWS (aws.md 1.6). */
const QUOTA_CODES = { Connector: 'L-CB21FAEA', Challenge: 'L-D42FC980' } as const;

/** @param quota as it is here, which AWS's own limit is not */
export function quotaExceeded(type: ResourceType, quota: number): AwsError {
  const whose = type === 'Connector' ? 'this account in this region' : 'this connector';
  return new AwsError(
    'ServiceQuotaExceededException',
    `The quota of ${quota} ${type.toLowerCase()}s for ${whose} is used up`,
    { ResourceType: type, ServiceCode: 'pca-connector-scep', QuotaCode: QUOTA_CODES[type] },
  );
}

/** ValidationExceptionReason of the API model, as far as this server has use for it. */
type Reason = 'INVALID_CA_USAGE_MODE' | 'INVALID_CONNECTOR_TYPE' | 'INVALID_STATE' | 'OTHER';

/** A ValidationException. @param message fit for the caller's eyes */
export function invalid(message: string, reason: Reason = 'OTHER'): AwsError {
  return new AwsError('ValidationException', message, { Reason: reason });
}

/** A ConflictException about a resource that is there. @param message fit for the caller's eyes */
export function conflict(type: ResourceType, arn: string, message: string): AwsError {
  return new AwsError('ConflictException', message, { ResourceId: arn, ResourceType: type });
}
