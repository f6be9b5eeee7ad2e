import type { z } from 'zod';
import type { AwsErrorCode } from '../aws-wire/aws-error.ts';
import type { Caller } from '../aws-wire/caller.ts';
import type { Access } from '../aws-wire/policy/request-context.ts';
import type { ConnectorQuotas } from '../connectors/account-record.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';

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

/** An action of this service on one resource; on `*` when the action has none, or the request names none. */
export function accessTo(action: string, resource = '*'): Access {
  return { action: `pca-connector-scep:${action}`, resources: [resource] };
}

/** What every operation works with. */
export interface ConnectorApi {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  readonly issuer: Issuer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly randomUuid: () => string;
  /** Where devices reach the enrol listener, such as https://scep.example.com; without a slash at the end. */
  readonly enrolUrl: string;
  readonly quotas: ConnectorQuotas;
  /** Goes on with work that outlives the request: a failure is logged, and the store stays open until it ends. */
  readonly inBackground: (work: () => Promise<unknown>) => void;
}
