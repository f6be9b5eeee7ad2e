import type { PrivateCaErrorCode } from '../../private-ca/private-ca-error.ts';
import { PrivateCaError } from '../../private-ca/private-ca-error.ts';
import type { IssuerFault } from '../issuer.ts';
import { IssuerError } from '../issuer.ts';

const FAULTS: Readonly<Record<PrivateCaErrorCode, IssuerFault>> = {
  CertificateMismatchException: 'invalid-request',
  ConcurrentModificationException: 'unavailable',
  InvalidArgsException: 'invalid-request',
  InvalidArnException: 'not-found',
  InvalidRequestException: 'invalid-request',
  InvalidStateException: 'not-active',
  MalformedCertificateException: 'invalid-request',
  MalformedCSRException: 'invalid-request',
  RequestAlreadyProcessedException: 'invalid-request',
  RequestInProgressException: 'unavailable',
  ResourceNotFoundException: 'not-found',
  ValidationException: 'invalid-request',
};

/** Waits for a call to the private CA and turns whatever it throws into an IssuerError; the unknown is 'unavailable'. */
export async function withIssuerFaults<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof PrivateCaError) {
      throw new IssuerError(FAULTS[error.code], error.message, { cause: error });
    }
    const message = 'The embedded private CA failed';
    throw new IssuerError('unavailable', message, { cause: error });
  }
}
