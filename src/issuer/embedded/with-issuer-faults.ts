import { AwsError, type AwsErrorCode } from '../../aws-wire/aws-error.ts';
import { KeyStoreError } from '../../private-ca/keys/key-store.ts';
import { StoreUnavailableError, UnreadableRecordError } from '../../store/record-store.ts';
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
 * Awaits a call to the private CA and turns its errors into IssuerErrors. Errors of the store pass
 * through: enrolment needs the same store, so waiting for the CA would not help.
 * @param faultWithoutAnswer the fault of an error that is not the CA's answer; after it the CA may
 *   have done what it was asked
 */
export async function withIssuerFaults<T>(
  call: Promise<T>,
  faultWithoutAnswer: 'unavailable' | 'unanswered' = 'unavailable',
): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const isOfStore =
      error instanceof StoreUnavailableError || error instanceof UnreadableRecordError;
    if (isOfStore || error instanceof IssuerError) throw error;
    if (error instanceof AwsError) {
      throw new IssuerError(FAULTS[error.code] ?? 'unavailable', error.message, { cause: error });
    }
    const message = 'The embedded private CA failed';
    // After a KeyStoreError nothing was signed.
    const fault = error instanceof KeyStoreError ? 'unavailable' : faultWithoutAnswer;
    throw new IssuerError(fault, message, { cause: error });
  }
}
