import { AwsError, type AwsErrorCode } from '../../aws-wire/aws-error.ts';
import { KeyStoreError } from '../../private-ca/keys/key-store.ts';
import { StoreUnavailableError } from '../../store/record-store.ts';
import { IssuerError, type IssuerFault } from '../issuer.ts';

const FAULTS: Readonly<Partial<Record<AwsErrorCode, IssuerFault>>> = {
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

/**
 * Waits for a call to the private CA and turns whatever it throws into an IssuerError; `unknown` stands for what is no answer of
 * the CA, after which it may have done what it was asked. A fault of the
 * store stays one: whoever enrols needs the same store, and would wait for it in vain.
 */
export async function withIssuerFaults<T>(
  call: Promise<T>,
  unknown: 'unavailable' | 'unanswered' = 'unavailable',
): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof StoreUnavailableError || error instanceof IssuerError) throw error;
    if (error instanceof AwsError) {
      throw new IssuerError(FAULTS[error.code] ?? 'unavailable', error.message, { cause: error });
    }
    const message = 'The embedded private CA failed';
    // The key has not signed.
    if (error instanceof KeyStoreError)
      throw new IssuerError('unavailable', message, { cause: error });
    throw new IssuerError(unknown, message, { cause: error });
  }
}
