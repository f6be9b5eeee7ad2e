import { derOcspFailure } from '../x509/build-ocsp-response.ts';

/** OCSPResponses, DER, for when the server itself fails: for good, or for a while. */
export const OCSP_FAILURES = {
  internalError: derOcspFailure('internalError'),
  tryLater: derOcspFailure('tryLater'),
} as const;
