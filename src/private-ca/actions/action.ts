import type { z } from 'zod';
import type { AwsErrorCode } from '../../aws-wire/aws-error.ts';
import type { Caller } from '../../aws-wire/caller.ts';
import type { Access } from '../../aws-wire/policy/request-context.ts';
import { validateInput } from '../../aws-wire/validate-input.ts';
import { scopedTo } from '../model/ca-context.ts';
import type { PrivateCa } from '../private-ca.ts';

/** One action of the AWS Private CA API: what the API model says of it, and what it does. */
export interface ActionDefinition<Input, Output> {
  /** Carries every constraint of the API model; drops members that the model does not have. */
  readonly input: z.ZodType<Input>;
  /** The errors that the model lists for the action. */
  readonly errors: readonly AwsErrorCode[];
  /**
   * What a policy must allow. It is called before the constraints are checked: each member has its
   * type, or is absent.
   */
  access(caller: Caller, input: Partial<Input>): readonly Access[];
  /**
   * Works in the account and region of `ca`. `caller` is undefined when our own code calls.
   * @throws AwsError one of `errors`, or ValidationException
   */
  execute(ca: PrivateCa, input: Input, caller?: Caller): Promise<Output>;
}

/**
 * An action as it is called. Our own code calls it as a function, with unchecked input, in the
 * account and region of `ca`; no policy applies.
 */
export interface Action<Input, Output>
  extends Omit<ActionDefinition<Input, Output>, 'execute' | 'access'> {
  (ca: PrivateCa, input: unknown): Promise<Output>;
  access(caller: Caller, input: Partial<Input>): readonly Access[];
  /**
   * For an outside caller, in that caller's account and region. Rights and `input` have been
   * checked.
   */
  run(ca: PrivateCa, caller: Caller, input: Input): Promise<Output>;
}

/** Combines the two ways of calling an action: by our own code, and for an outside caller. */
export function defineAction<Input, Output>({
  execute,
  ...definition
}: ActionDefinition<Input, Output>): Action<Input, Output> {
  const act = async (ca: PrivateCa, input: unknown) =>
    execute(ca, validateInput(definition.input, input));
  return Object.assign(act, {
    ...definition,
    run: async (ca: PrivateCa, caller: Caller, input: Input) =>
      execute(scopedTo(ca, caller), input, caller),
  });
}

/** The errors of every action on one authority. */
export const NOT_FOUND_ERRORS = [
  'InvalidArnException',
  'ResourceNotFoundException',
] as const satisfies readonly AwsErrorCode[];

/** The errors of most actions that require the authority to have a certain status. */
export const WRONG_STATUS_ERRORS = [
  ...NOT_FOUND_ERRORS,
  'InvalidStateException',
  'RequestFailedException',
] as const satisfies readonly AwsErrorCode[];
