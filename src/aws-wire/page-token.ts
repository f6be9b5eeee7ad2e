import { SealError, type Sealer, sealedText } from '../store/seal.ts';
import { AwsError } from './aws-error.ts';
import type { Caller } from './caller.ts';

/** What a token belongs to: it opens only for the same operation, account, region and `parent`. */
export interface PageScope {
  readonly caller: Pick<Caller, 'accountId' | 'region' | 'service'>;
  /** For example ListConnectors. */
  readonly operation: string;
  /** The parent of the listed resources, for example the ARN of a connector. */
  readonly parent?: string;
}

/**
 * A NextToken: the sealed `position` in URL-safe base64 with padding, as the API model's pattern
 * requires.
 * @param position where the next page begins; at most 512 octets, so that the token stays within
 *   the model's 1000 characters
 */
export function sealPageToken(sealer: Sealer, scope: PageScope, position: string): string {
  return paddedBase64Url(Buffer.from(sealer.seal(Buffer.from(position), context(scope))));
}

/**
 * The position in a NextToken.
 * @throws AwsError ValidationException, or InvalidNextTokenException of Private CA, when this
 *   server did not make the token for this scope
 */
export function openPageToken(sealer: Sealer, scope: PageScope, token: string): string {
  const octets = Buffer.from(token, 'base64url');
  try {
    if (paddedBase64Url(octets) !== token) throw new SealError('not the base64 that was sealed');
    const sealed = sealedText.parse(octets.toString('latin1'));
    return Buffer.from(sealer.open(sealed, context(scope))).toString();
  } catch (cause) {
    if (!(cause instanceof SealError)) throw cause;
    const isPrivateCa = scope.caller.service === 'acm-pca';
    const code = isPrivateCa ? 'InvalidNextTokenException' : 'ValidationException';
    throw new AwsError(code, 'The NextToken is not valid for this request', {}, { cause });
  }
}

function context({ caller, operation, parent = '' }: PageScope): string {
  return ['page', caller.service, operation, caller.accountId, caller.region, parent].join('/');
}

function paddedBase64Url(octets: Buffer): string {
  return octets.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
