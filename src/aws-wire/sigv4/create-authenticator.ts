import { createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { MINUTE_MS } from '../../durations.ts';
import { formatArn, partitionOf } from '../arn.ts';
import { AwsError } from '../aws-error.ts';
import type { Caller, Service } from '../caller.ts';
import type { Credential, FindCredential } from '../credential.ts';
import { type CanonicalParts, canonicalRequest, decodeEscapes } from './canonical-request.ts';
import { checkCoverage, checkPayloadHash } from './check-coverage.ts';
import { checkScope } from './check-scope.ts';
import { ALGORITHM, type CredentialScope, parseAuthorization } from './parse-authorization.ts';
import {
  groupHeaders,
  type HeaderValues,
  type RequestHead,
  type SignedRequest,
} from './signed-request.ts';
import { createSigningKeyCache, formatScope } from './signing-key-cache.ts';
import { checkSigningTime, readSigningTime } from './signing-time.ts';
import { MAX_PARAMETERS, splitTarget } from './split-target.ts';

export interface AuthenticatorOptions {
  readonly findCredential: FindCredential;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** How far the client's clock may differ, in both directions. */
  readonly clockSkewMs?: number;
  /** The regions that a request may be signed for: each name is another set of counters. */
  readonly regions: readonly string[];
}

/** @throws AwsError */
export type Authenticate = (request: SignedRequest) => Caller;

/** Checks what needs no body. @throws AwsError */
export type CheckHead = (head: RequestHead) => CheckedHead;

/** The signature is verified too if the head has the hash of the body. */
interface CheckedHead {
  readonly credential: Credential;
  readonly service: Service;
  readonly parts: Omit<SignedParts, 'payloadHash'>;
  /** @throws AwsError InvalidSignatureException */
  readonly verify: (payloadHash: string) => void;
}

/** As AWS documents it (RequestExpired). */
const DEFAULT_CLOCK_SKEW_MS = 15 * MINUTE_MS;

const SHA256_HEX = /^[0-9a-f]{64}$/;

/**
 * Verifies AWS Signature Version 4 in the Authorization header. The result throws AwsError with the
 * codes and messages of AWS's front end, and checks in its order: is there a signature, is it
 * readable, is its key known, its token, the clock, the signature.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const checkHead = createHeadCheck(options);
  return (request) => {
    const { credential, service, parts, verify } = checkHead(request);
    const payloadHash = createHash('sha256').update(request.body).digest('hex');
    checkPayloadHash(parts.headers, payloadHash);
    verify(payloadHash);
    const { accountId, accessKeyId, policy } = credential;
    const { region } = parts.scope;
    const arn = userArn(credential, region);
    return { accountId, arn, accessKeyId, region, service, policy };
  };
}

/** The part of it that needs no body, for those who decide whether to read one. */
export function createHeadCheck(options: AuthenticatorOptions): CheckHead {
  const { findCredential, clock, clockSkewMs = DEFAULT_CLOCK_SKEW_MS, regions } = options;
  const signingKeyOf = createSigningKeyCache();
  return ({ method, target, headers: rawHeaders }) => {
    const headers = groupHeaders(rawHeaders);
    const authorization = parseAuthorization(readAuthorization(headers, target));
    const { accessKeyId, scope, signedHeaders, signature } = authorization;
    const { path, query } = splitTarget(target, headers.get('host')?.[0]);
    const signedAt = readSigningTime(headers);
    const credential = requireCurrent(findCredential(accessKeyId), headers, clock());
    checkSigningTime(signedAt, clock(), clockSkewMs);
    const service = checkScope(scope, signedAt, regions);
    checkCoverage(headers, signedHeaders);
    const parts = { method, path, query, headers, signedHeaders, signedAt, scope };
    const verify = (payloadHash: string) => {
      if (isSignatureBy(signature, { ...parts, payloadHash }, signingKeyOf(credential, scope)))
        return;
      throw new AwsError('InvalidSignatureException', MISMATCH);
    };
    const [claimed = ''] = headers.get('x-amz-content-sha256') ?? [];
    if (SHA256_HEX.test(claimed)) verify(claimed);
    return { credential, service, parts, verify };
  };
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

function readAuthorization(headers: HeaderValues, target: string): string {
  if (isSignedInQuery(target)) {
    throw new AwsError(
      'IncompleteSignatureException',
      'Signatures in the query string are not accepted; use the Authorization header.',
    );
  }
  const [authorization] = headers.get('authorization') ?? [];
  if (authorization !== undefined) return authorization;
  throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
}

function isSignedInQuery(target: string): boolean {
  const [, query = ''] = /\?(.*)/.exec(target) ?? [];
  return query.split('&', MAX_PARAMETERS).some((pair) => /^x-amz-/i.test(decodeEscapes(pair)));
}

/** A temporary credential needs its own token; any other must come without one. */
function requireCurrent(
  credential: Credential | undefined,
  headers: HeaderValues,
  now: number,
): Credential {
  const [presented] = headers.get('x-amz-security-token') ?? [];
  if (credential === undefined || !isTokenOf(credential, presented)) {
    throw new AwsError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  }
  const { sessionExpiresAt = Number.POSITIVE_INFINITY } = credential;
  if (now < sessionExpiresAt) return credential;
  throw new AwsError(
    'ExpiredTokenException',
    'The security token included in the request is expired',
  );
}

/** Compares two key objects in constant time. */
function isTokenOf({ sessionToken }: Credential, presented: string | undefined): boolean {
  if (sessionToken === undefined || presented === undefined) {
    return sessionToken === undefined && presented === undefined;
  }
  return sessionToken.equals(createSecretKey(presented, 'utf8'));
}

function userArn({ accountId, userName }: Credential, region: string): string {
  const partition = partitionOf(region);
  return formatArn({
    partition,
    service: 'iam',
    region: '',
    accountId,
    resource: `user/${userName}`,
  });
}

interface SignedParts extends CanonicalParts {
  /** YYYYMMDDTHHMMSSZ. */
  readonly signedAt: string;
  readonly scope: CredentialScope;
}

/**
 * Whether `key` makes this signature. The time it takes does not depend on how much of it is right.
 */
function isSignatureBy(signature: string, parts: SignedParts, key: Uint8Array): boolean {
  const { signedAt, scope } = parts;
  const hash = createHash('sha256').update(canonicalRequest(parts), 'latin1').digest('hex');
  const stringToSign = [ALGORITHM, signedAt, formatScope(scope), hash].join('\n');
  const right = createHmac('sha256', key).update(stringToSign, 'latin1').digest('hex');
  const [a, b] = [Buffer.from(signature, 'latin1'), Buffer.from(right, 'latin1')];
  return a.length === b.length && timingSafeEqual(a, b);
}
