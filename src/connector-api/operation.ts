import type { z } from 'zod';
import type { AwsErrorCode } from '../aws-wire/aws-error.ts';
import type { Caller } from '../aws-wire/caller.ts';
import type { Access } from '../aws-wire/policy/access.ts';
import type { ConnectorApi } from './connector-api.ts';

/** One operation of the API of Connector for SCEP: what the API model says of it, and what it does. */
export interface Operation<Input, Output> {
  readonly http: {
    readonly method: 'DELETE' | 'GET' | 'POST';
    /** With one label at most, which takes one whole segment: /connectors/{ConnectorArn}. */
    readonly path: string;
    readonly status: 200 | 202 | 204;
    /** Members that come in the query, with their names there. What is neither there nor a label is in the body. */
    readonly query?: Readonly<Partial<Record<keyof Input & string, string>>>;
  };
  /** Carries every constraint of the API model; members that it does not know are ignored. */
  readonly input: z.ZodType<Input>;
  /** Undefined for an operation whose answer has no body. */
  readonly output: z.ZodType<Output> | undefined;
  /** The errors that the model names. */
  readonly errors: readonly AwsErrorCode[];
  /**
   * What a policy must allow. It is asked before the constraints are checked: members have their types, or are absent.
   * A method, as `run` is, so that all operations fit into one registry as Operation<unknown, unknown>.
   */
  access(caller: Caller, input: Partial<Input>): readonly Access[];
  /** @throws AwsError one of `errors` */
  run(api: ConnectorApi, caller: Caller, input: Input): Promise<Output>;
}
