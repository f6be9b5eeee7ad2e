/**
 * The errors that tell Windows why a request is refused: names and values of winerror.h. Those that
 * NDES sends stand for the same here, such as TRUST_E_CERT_SIGNATURE for a missing challenge.
 */
export const WINDOWS_ERRORS = {
  /** Access is denied. */
  ERROR_ACCESS_DENIED: 0x80070005,
  /** The data is invalid. */
  ERROR_INVALID_DATA: 0x8007000d,
  /** The request is not supported. */
  ERROR_NOT_SUPPORTED: 0x80070032,
  /** The parameter is incorrect. */
  E_INVALIDARG: 0x80070057,
  /** Element not found. */
  ERROR_NOT_FOUND: 0x80070490,
  /** The RPC server is unavailable. */
  RPC_S_SERVER_UNAVAILABLE: 0x800706ba,
  /** Invalid signature. */
  NTE_BAD_SIGNATURE: 0x80090006,
  /** Invalid algorithm specified. */
  NTE_BAD_ALGID: 0x80090008,
  /** The enveloped-data message does not contain the specified recipient. */
  CRYPT_E_RECIPIENT_NOT_FOUND: 0x8009100b,
  /** The request subject name is invalid or too long. */
  CERTSRV_E_BAD_REQUESTSUBJECT: 0x80094001,
  /** The public key does not meet the minimum size. */
  CERTSRV_E_KEY_LENGTH: 0x80094811,
  /** The signature of the certificate cannot be verified. */
  TRUST_E_CERT_SIGNATURE: 0x80096004,
  /** A required certificate is not within its validity period. */
  CERT_E_EXPIRED: 0x800b0101,
  /** A certificate chain ends in a root that is not trusted. */
  CERT_E_UNTRUSTEDROOT: 0x800b0109,
  /** A certificate was explicitly revoked by its issuer. */
  CERT_E_REVOKED: 0x800b010c,
} as const;

export type WindowsError = keyof typeof WINDOWS_ERRORS;

/** An HRESULT as NDES writes it: the decimal of a signed integer of 32 bits. */
export function signedDecimal(hresult: number): string {
  return String(hresult | 0);
}
