/** Names of the errors of the AWS Private CA API, modelled ones and ValidationException. */
export type PrivateCaErrorCode =
  | 'CertificateMismatchException'
  | 'ConcurrentModificationException'
  | 'InvalidArgsException'
  | 'InvalidArnException'
  | 'InvalidRequestException'
  | 'InvalidStateException'
  | 'MalformedCertificateException'
  | 'MalformedCSRException'
  | 'RequestAlreadyProcessedException'
  | 'RequestInProgressException'
  | 'ResourceNotFoundException'
  | 'ValidationException';

/** What an action throws on purpose. `message` is fit for the caller; anything else thrown is an InternalFailure. */
export class PrivateCaError extends Error {
  override readonly name = 'PrivateCaError';
  readonly code: PrivateCaErrorCode;

  constructor(code: PrivateCaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
