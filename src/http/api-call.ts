import type { AwsError } from '../aws-wire/aws-error.ts';
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
