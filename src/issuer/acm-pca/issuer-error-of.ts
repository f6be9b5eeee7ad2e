import { IssuerError, type IssuerFault } from '../issuer.ts';
import type { CircuitOpenError } from './circuit-breaker.ts';
import type { CallFailure } from './classify-failure.ts';

/** A call to AWS Private CA, as messages name it. */
export interface PrivateCaCall {
  /** Such as IssueCertificate; the IAM action that it needs has the same name. */
  readonly operation: string;
  readonly authorityArn: string;
  readonly region: string;
}

interface Explanation {
  readonly fault: IssuerFault;
  readonly advice: string;
}

const DENIED = 'access-denied';
const UNDER_WAY: Explanation = { fault: 'unavailable', advice: 'AWS is still working on it' };
const WRONG_KEY: Explanation = {
  fault: DENIED,
  advice:
    'the secret key does not fit the access key, or something between here and AWS changed the request',
};
const WRONG_CLOCK: Explanation = {
  fault: 'unavailable',
  advice: 'set the clock of this machine; until then requests use the time of AWS',
};
/** AWS rejects a signature only because of its time. */
const WRONG_TIME = /^Signature (expired|not yet current)/;
const REFUSALS: Readonly<Record<string, Explanation>> = {
  InvalidArnException: {
    fault: 'not-found',
    advice: 'the ARN names no CA of this account and region',
  },
  ResourceNotFoundException: {
    fault: 'not-found',
    advice: 'the CA does not exist; was it deleted?',
  },
  InvalidStateException: {
    fault: 'not-active',
    advice: 'the CA must be ACTIVE: see its status, and enable, restore or renew it',
  },
  LimitExceededException: {
    fault: 'invalid-request',
    advice: 'a quota of the account is used up; see Service Quotas',
  },
  RequestInProgressException: UNDER_WAY,
  RequestAlreadyProcessedException: UNDER_WAY,
  RequestFailedException: {
    fault: 'invalid-request',
    advice: 'AWS could not issue it; a new request may succeed',
  },
  AccessDenied: { fault: DENIED, advice: '' },
  AccessDeniedException: { fault: DENIED, advice: '' },
  NotAuthorized: { fault: DENIED, advice: '' },
  OptInRequired: { fault: DENIED, advice: 'the account may not use AWS Private CA in this region' },
  UnauthorizedOperation: { fault: DENIED, advice: '' },
  InvalidClientTokenId: { fault: DENIED, advice: 'AWS does not know the access key' },
  UnrecognizedClientException: {
    fault: DENIED,
    advice: 'AWS does not know the access key, or not in this region',
  },
  IncompleteSignatureException: {
    fault: DENIED,
    advice: 'something between here and AWS changed the request',
  },
  InvalidSignatureException: WRONG_KEY,
  SignatureDoesNotMatch: WRONG_KEY,
  // These pass when the credentials are renewed or the clock is corrected.
  ExpiredToken: { fault: 'unavailable', advice: 'the session credentials have expired' },
  ExpiredTokenException: { fault: 'unavailable', advice: 'the session credentials have expired' },
  RequestExpired: WRONG_CLOCK,
  RequestTimeTooSkewed: WRONG_CLOCK,
  ConcurrentModificationException: {
    fault: 'unavailable',
    advice: 'another call is changing the CA; a later request can succeed',
  },
  UnknownOperationException: {
    fault: 'unavailable',
    advice: 'issuer.endpoint, or AWS_ENDPOINT_URL, leads to something that is not AWS Private CA',
  },
};
const OTHER_REFUSAL: Explanation = {
  fault: 'invalid-request',
  advice: 'AWS does not accept the request',
};

/** Maps a failed call to an IssuerError whose message says what an administrator can do. */
export function issuerErrorOf(
  call: PrivateCaCall,
  { kind, ...failure }: CallFailure,
  cause?: unknown,
): IssuerError {
  const { name, message, requestId } = failure;
  const { fault, advice } = explain(call, kind, failure);
  const request = requestId === undefined ? '' : ` (request ${requestId})`;
  const said = `${call.operation} of ${call.authorityArn}: ${name}: ${message}${request}`;
  return new IssuerError(fault, advice === '' ? said : `${said}; ${advice}`, { cause });
}

/** The same for a call that the circuit breaker held back. */
export function notAsked(
  { operation, authorityArn, region }: PrivateCaCall,
  error: CircuitOpenError,
): IssuerError {
  const message = `${operation} of ${authorityArn} was not asked: AWS Private CA in ${region} has failed repeatedly, and is tried again at ${new Date(error.retryAt).toISOString()}`;
  return new IssuerError('unavailable', message, { cause: error });
}

function explain(
  call: PrivateCaCall,
  kind: CallFailure['kind'],
  { name, message }: Omit<CallFailure, 'kind'>,
): Explanation {
  const { operation, region } = call;
  // A read without an answer can be repeated; IssueCertificate may have issued.
  const unknown = operation === 'IssueCertificate' ? 'unanswered' : 'unavailable';
  switch (kind) {
    case 'refused':
      if (WRONG_TIME.test(message)) return WRONG_CLOCK;
      return explainRefusal(call, Object.hasOwn(REFUSALS, name) ? REFUSALS[name] : undefined);
    case 'throttled':
      return {
        fault: 'throttled',
        advice: `the account's rate of ${operation} is used up; lower issuer.certificatesPerSecond or have the quota raised`,
      };
    case 'fault':
      return { fault: unknown, advice: `AWS Private CA in ${region} failed or did not answer` };
    case 'foreign':
      return {
        fault: unknown,
        advice:
          'what answers there is not AWS Private CA: see issuer.endpoint, AWS_ENDPOINT_URL, DNS and proxies',
      };
    case 'unreachable':
      return {
        fault: 'unavailable',
        advice: `AWS Private CA in ${region} could not be reached: see DNS, network and proxies`,
      };
    case 'unsigned':
      return {
        fault: 'unavailable',
        advice: 'there are no credentials for AWS (docs/aws-private-ca.md)',
      };
  }
}

function explainRefusal(call: PrivateCaCall, row: Explanation = OTHER_REFUSAL): Explanation {
  // AWS does not document these for IssueCertificate; something may be under way.
  if (row === UNDER_WAY && call.operation === 'IssueCertificate') {
    return { ...row, fault: 'unanswered' };
  }
  if (row.fault !== DENIED || row.advice !== '') return row;
  const advice = `allow acm-pca:${call.operation} on ${call.authorityArn} to the role of this server (docs/aws-private-ca.md)`;
  return { ...row, advice };
}
