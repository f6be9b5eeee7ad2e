import { AwsError, type AwsErrorCode } from '../aws-wire/aws-error.ts';
import type { WireReply } from '../aws-wire/wire-reply.ts';

/** A request of which is known what it asks for. */
export interface ApiCall {
  /** Such as GetConnector. */
  readonly operation: string;
  /** @throws AwsError */
  answer(): Promise<WireReply>;
}

/** What the two protocols have in common. */
export interface WireProtocol {
  readonly renderError: (error: AwsError) => WireReply;
  /** For what the caller did not do wrong. */
  readonly faultCode: 'InternalFailure' | 'InternalServerException';
}

/** An error that the API model does not have for an operation is a fault of ours, whose words are for the log alone. */
export function asModelled(error: unknown, modelled: readonly AwsErrorCode[]): unknown {
  if (!(error instanceof AwsError) || modelled.includes(error.code)) return error;
  return new Error(`the operation has no ${error.code}`, { cause: error });
}
