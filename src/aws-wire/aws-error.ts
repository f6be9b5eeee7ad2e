/**
 * The errors of both AWS APIs and of their front end, with their HTTP status in REST-JSON. In JSON
 * 1.1 all are 400 except the server's own faults.
 */
export const AWS_ERRORS = {
  // Before an operation is reached.
  MissingAuthenticationTokenException: 403,
  IncompleteSignatureException: 403,
  UnrecognizedClientException: 403,
  InvalidSignatureException: 403,
  ExpiredTokenException: 403,
  UnknownOperationException: 404,
  SerializationException: 400,
  ServiceUnavailable: 503,
  // Of both APIs.
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  ThrottlingException: 429,
  ValidationException: 400,
  // Of Connector for SCEP alone.
  BadRequestException: 400,
  ConflictException: 409,
  InternalServerException: 500,
  ServiceQuotaExceededException: 402,
  // Of Private CA alone.
  CertificateMismatchException: 400,
  ConcurrentModificationException: 400,
  InternalFailure: 500,
  InvalidArgsException: 400,
  InvalidArnException: 400,
  InvalidNextTokenException: 400,
  InvalidPolicyException: 400,
  InvalidRequestException: 400,
  InvalidStateException: 400,
  InvalidTagException: 400,
  LimitExceededException: 400,
  LockoutPreventedException: 400,
  MalformedCertificateException: 400,
  MalformedCSRException: 400,
  PermissionAlreadyExistsException: 400,
  RequestAlreadyProcessedException: 400,
  RequestFailedException: 400,
  RequestInProgressException: 400,
  TooManyTagsException: 400,
} as const satisfies Readonly<Record<string, number>>;

export type AwsErrorCode = keyof typeof AWS_ERRORS;

/**
 * What a caller of an API did wrong or may not do. Any other error is a fault of the server, and
 * the caller learns nothing else about it.
 */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: AwsErrorCode;
  /** Modelled members of the error besides its message, such as ResourceId. */
  readonly members: Readonly<Record<string, string>>;

  /** @param message shown to the caller */
  constructor(
    code: AwsErrorCode,
    message: string,
    members: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.members = members;
  }
}
