import type { AwsErrorCode } from '../aws-wire/aws-error.ts';

/** What the API model has every operation of a kind throw (aws.md 1.4). */

export const COMMON_ERRORS = [
  'AccessDeniedException',
  'InternalServerException',
  'ThrottlingException',
  'ValidationException',
] as const satisfies readonly AwsErrorCode[];

export const RESOURCE_ERRORS = [
  ...COMMON_ERRORS,
  'ResourceNotFoundException',
] as const satisfies readonly AwsErrorCode[];

export const DELETE_ERRORS = [
  ...RESOURCE_ERRORS,
  'ConflictException',
] as const satisfies readonly AwsErrorCode[];

export const CREATE_ERRORS = [
  ...DELETE_ERRORS,
  'ServiceQuotaExceededException',
] as const satisfies readonly AwsErrorCode[];
