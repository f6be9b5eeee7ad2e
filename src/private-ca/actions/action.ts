import type { z } from 'zod';
import type { AwsErrorCode } from '../../aws-wire/aws-error.ts';
import type { Caller } from '../../aws-wire/caller.ts';
import type { Access } from '../../aws-wire/policy/request-context.ts';
import { validateInput } from '../../aws-wire/validate-input.ts';
import { type PrivateCa, scopedTo } from '../private-ca.ts';

/** What the API model says of an action, and what it does. */
export interface ActionDefinition<Input, Output> {
  /** Carries every constraint of the API model; members that it does not know are left out. */
  readonly input: z.ZodType<Input>;
  /** The errors that the model names. */
  readonly errors: readonly AwsErrorCode[];
  /** What a policy must allow. It is asked before the constraints are checked: members have their types, or are absent. */
  access(caller: Caller, input: Partial<Input>): readonly Access[];
  /** In the account and region of `ca`. @throws AwsError one of `errors`, or ValidationException */
  execute(ca: PrivateCa, input: Input): Promise<Output>;
}

/**
 * An action of the AWS Private CA API. Called as a function it takes an input that nobody has checked and acts in the account
 * and region of `ca`: the way of our own code, which no policy stands in.
 */
export interface Action<Input, Output>
  extends Omit<ActionDefinition<Input, Output>, 'execute' | 'access'> {
  (ca: PrivateCa, input: unknown): Promise<Output>;
  access(caller: Caller, input: Partial<Input>): readonly Access[];
  /** For a caller from outside, in its account and region. Its rights and the `input` have been checked. */
  run(ca: PrivateCa, caller: Caller, input: Input): Promise<Output>;
}

/** Puts together the two ways in which an action is called: by our own code, and for a caller from outside. */
export function defineAction<Input, Output>({
  execute,
  ...definition
}: ActionDefinition<Input, Output>): Action<Input, Output> {
  const act = async (ca: PrivateCa, input: unknown) =>
    execute(ca, validateInput(definition.input, input));
  return Object.assign(act, {
    ...definition,
    run: async (ca: PrivateCa, caller: Caller, input: Input) =>
      execute(scopedTo(ca, caller), input),
  });
}

/** The errors of every action on one authority. */
export const NOT_FOUND_ERRORS = [
  'InvalidArnException',
  'ResourceNotFoundException',
] as const satisfies readonly AwsErrorCode[];

/** The errors of most actions that need the authority in a certain status. */
export const WRONG_STATUS_ERRORS = [
  ...NOT_FOUND_ERRORS,
  'InvalidStateException',
  'RequestFailedException',
] as const satisfies readonly AwsErrorCode[];
