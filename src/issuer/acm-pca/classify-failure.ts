import { z } from 'zod';

/**
 * What is known about a failed call:
 * - 'refused': AWS refused and did nothing.
 * - 'throttled': AWS refused because of a rate limit and did nothing.
 * - 'fault': AWS failed or did not answer, so it may have done what it was asked.
 * - 'foreign': something other than AWS answered, such as a proxy, and AWS may have acted too.
 * - 'unreachable': the request was never sent.
 * - 'unsigned': the request was never sent, for want of credentials.
 */
export type FailureKind =
  | 'refused'
  | 'throttled'
  | 'fault'
  | 'foreign'
  | 'unreachable'
  | 'unsigned';

export interface CallFailure {
  readonly kind: FailureKind;
  /** The name of AWS's error or the SDK's, or the system's error code. */
  readonly name: string;
  /** From AWS, the SDK or the system. */
  readonly message: string;
  readonly requestId: string | undefined;
}

/** The credential chain found no credentials, or could not fetch them. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

const text = z.string().optional().catch(undefined);
const failureShape = z.object({
  name: text,
  message: text,
  code: text,
  syscall: text,
  errors: z.array(z.unknown()).optional().catch(undefined),
  $metadata: z
    .object({ httpStatusCode: z.number().optional(), requestId: text })
    .optional()
    .catch(undefined),
  $fault: text,
  $response: z.object({ statusCode: z.number() }).optional().catch(undefined),
});
type FailureShape = z.infer<typeof failureShape>;

const THROTTLING = [
  'BandwidthLimitExceeded',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
];
const TOO_MANY_REQUESTS = 429;
const REQUEST_TIMEOUT = 408;

/** The SDK's names for an answer that is not JSON, and for an error that has only a status. */
const NO_ERROR_OF_AWS = /^(SyntaxError|TypeError|\d{3})$/;

/** The connection was not established, so nothing was sent. */
const CONNECTING = ['connect', 'getaddrinfo'];
const NOT_CONNECTED = /without establishing a connection|before secure TLS connection/;
/**
 * The server's certificate is not trusted, so nothing was sent. ERR_SSL_... and EPROTO do not
 * belong here: OpenSSL uses them both for a failed handshake and for a connection that is corrupted
 * after the request was sent.
 */
const CERTIFICATE_CODES = /^(ERR_TLS_CERT_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/** Classifies an error of `client.send`. In doubt it is a 'fault': the call may have had effect. */
export function classifyFailure(error: unknown): CallFailure {
  const shape = failureShape.parse(typeof error === 'object' && error !== null ? error : {});
  const name = shape.code ?? shape.name ?? 'Error';
  const about = {
    name,
    // The SDK's further lines are hints for programmers.
    message: shape.message?.split('\n')[0] || name,
    requestId: shape.$metadata?.requestId,
  };
  if (error instanceof CredentialsError) return { ...about, kind: 'unsigned' };
  if (isUnsent(shape)) return { ...about, kind: 'unreachable' };
  const status = shape.$metadata?.httpStatusCode ?? shape.$response?.statusCode;
  const kind = kindOfAnswer(status, shape);
  return kind === 'foreign' ? { ...about, kind, name: `HTTP ${status}` } : { ...about, kind };
}

function kindOfAnswer(status: number | undefined, shape: FailureShape): FailureKind {
  const { name = '', message = '', $fault } = shape;
  if (status === undefined) return 'fault';
  if (status === TOO_MANY_REQUESTS || THROTTLING.includes(name)) return 'throttled';
  // Used both for rates and for the number of certificates: only the message tells which.
  if (name === 'LimitExceededException' && /rate|throttl|per second/i.test(message))
    return 'throttled';
  if (status >= 500 || status === REQUEST_TIMEOUT) return 'fault';
  if (NO_ERROR_OF_AWS.test(name)) return 'foreign';
  // Without $fault the answer broke off before the SDK had read the error.
  return status >= 400 && $fault !== undefined ? 'refused' : 'fault';
}

function isUnsent({ message = '', code = '', syscall = '', errors = [] }: FailureShape): boolean {
  if (CONNECTING.includes(syscall) || NOT_CONNECTED.test(message)) return true;
  if (CERTIFICATE_CODES.test(code)) return true;
  // An AggregateError: every address of the host name was tried.
  const attempts = errors.map((error) => failureShape.safeParse(error));
  return attempts.length > 0 && attempts.every(({ data }) => data !== undefined && isUnsent(data));
}
