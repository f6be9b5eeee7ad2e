import { AwsError, type AwsErrorCode } from '../aws-wire/aws-error.ts';
import type { WireReply } from '../aws-wire/codec.ts';

/** A request whose operation is known. */
export interface ApiCall {
  /** Such as GetConnector. */
  readonly operation: string;
  /** @throws AwsError */
  answer(): Promise<WireReply>;
}

/** How an API writes its errors. */
export interface WireProtocol {
  readonly renderError: (error: AwsError) => WireReply;
  /** The code of an error that is not the caller's fault. */
  readonly faultCode: 'InternalFailure' | 'InternalServerException';
}

/**
 * Hides an error that the API model does not list for the operation: it is our fault, and its
 * message is for the log alone.
 */
export function asModelled(error: unknown, modelled: readonly AwsErrorCode[]): unknown {
  if (!(error instanceof AwsError) || modelled.includes(error.code)) return error;
  return new Error(`the operation has no ${error.code}`, { cause: error });
}
