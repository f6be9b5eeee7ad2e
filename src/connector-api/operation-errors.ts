import type { AwsErrorCode } from '../aws-wire/aws-error.ts';

/** The errors that the API model names for each kind of operation. */

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
