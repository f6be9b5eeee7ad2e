import { z } from 'zod';

/**
 * What is known of a call that failed:
 * - 'refused': AWS answered no, and did nothing; 'throttled': the same, because of a rate;
 * - 'fault': AWS was asked, and failed or gave no answer, so it may have done it;
 * - 'foreign': the same, but what answered is not AWS, such as a proxy with a page of its own;
 * - 'unreachable': it was never asked; 'unsigned': nor was there a credential to ask with.
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
  /** The name of AWS's error, of the SDK's, or the system's code. */
  readonly name: string;
  /** In the words of AWS, the SDK or the system. */
  readonly message: string;
  readonly requestId: string | undefined;
}

/** Nothing to sign with: the chain of credentials found none, or could not fetch them. */
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

/** What the SDK calls an answer that is no JSON, or an error without a name, which it calls by the status. */
const NO_ERROR_OF_AWS = /^(SyntaxError|TypeError|\d{3})$/;

/** Of a connection that did not come about: nothing can have been sent on it. */
const CONNECTING = ['connect', 'getaddrinfo'];
const NOT_CONNECTED = /without establishing a connection|before secure TLS connection/;
/**
 * Of a certificate that is not trusted, before anything is sent. ERR_SSL_... and EPROTO are not among them: OpenSSL says the same when a
 * handshake fails and when a connection is broken into after the request.
 */
const CERTIFICATE_CODES = /^(ERR_TLS_CERT_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/** Judges what `client.send` threw. When in doubt the call may have been carried out: 'fault'. */
export function classifyFailure(error: unknown): CallFailure {
  const shape = failureShape.parse(typeof error === 'object' && error !== null ? error : {});
  const name = shape.code ?? shape.name ?? 'Error';
  const about = {
    name,
    // The SDK adds hints for programmers in further lines.
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
  // Of a rate, or of the number of certificates: it says the one or the other in words alone.
  if (name === 'LimitExceededException' && /rate|throttl|per second/i.test(message))
    return 'throttled';
  if (status >= 500 || status === REQUEST_TIMEOUT) return 'fault';
  if (NO_ERROR_OF_AWS.test(name)) return 'foreign';
  // Without it the answer broke off before the SDK knew what it says.
  return status >= 400 && $fault !== undefined ? 'refused' : 'fault';
}

function isUnsent({ message = '', code = '', syscall = '', errors = [] }: FailureShape): boolean {
  if (CONNECTING.includes(syscall) || NOT_CONNECTED.test(message)) return true;
  if (CERTIFICATE_CODES.test(code)) return true;
  // Each address of a name was tried.
  const attempts = errors.map((error) => failureShape.safeParse(error));
  return attempts.length > 0 && attempts.every(({ data }) => data !== undefined && isUnsent(data));
}
