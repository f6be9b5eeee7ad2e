import type { z } from 'zod';
import type { Caller } from './caller.ts';
import type { Codec } from './codec.ts';
import { deserializeInput } from './deserialize-input.ts';
import type { Access } from './policy/request-context.ts';
import { requireAccess } from './policy/require-access.ts';
import { validateInput } from './validate-input.ts';

/** The checks between an authenticated caller and an operation. */
export interface Gates {
  /** @throws AwsError ThrottlingException */
  readonly limitRate: (caller: Caller, operation: string) => Promise<void>;
  /**
   * Tags of a resource in the caller's account and region; none for a resource that does not exist.
   */
  readonly resourceTags: (
    caller: Caller,
    resourceArn: string,
  ) => Promise<Readonly<Record<string, string>>>;
}

/** An operation of either API that runs with `Context`. */
interface AnyOperation<Context> {
  readonly input: z.ZodType;
  access(caller: Caller, input: object): readonly Access[];
  run(context: Context, caller: Caller, input: unknown): Promise<unknown>;
}

export interface OperationCall<Context> {
  readonly caller: Caller;
  readonly name: string;
  readonly operation: AnyOperation<Context>;
  /** Its members, as `codec` reads them. */
  readonly input: unknown;
  readonly codec: Pick<Codec, 'readBlob'>;
}

/**
 * Runs an operation after its checks: form of the input, policy, rate, constraints. The policy
 * comes before the rate: whoever may not call an operation must not use up the rate of those who
 * may. Only the operation itself accesses resources, so that callers learn no more than they may.
 * @throws AwsError
 */
export async function runOperation<Context>(
  gates: Gates,
  context: Context,
  { caller, name, operation, input: members, codec }: OperationCall<Context>,
): Promise<unknown> {
  const input = deserializeInput(operation.input, members, codec.readBlob);
  const access = operation.access(caller, input as object);
  await requireAccess(caller, access, (arn) => gates.resourceTags(caller, arn));
  await gates.limitRate(caller, name);
  return operation.run(context, caller, validateInput(operation.input, input));
}
