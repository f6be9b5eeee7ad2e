import type { z } from 'zod';
import type { AwsErrorCode } from '../aws-wire/aws-error.ts';
import type { Caller } from '../aws-wire/caller.ts';
import type { Access } from '../aws-wire/policy/request-context.ts';
import type { ConnectorQuotas } from '../connectors/account-record.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';

/** One operation of the API of Connector for SCEP: its part of the API model, and what it does. */
export interface Operation<Input, Output> {
  readonly http: {
    readonly method: 'DELETE' | 'GET' | 'POST';
    /** With at most one label, which is a whole segment: /connectors/{ConnectorArn}. */
    readonly path: string;
    readonly status: 200 | 202 | 204;
    /** Members in the query, with their names there. The other members are in the body. */
    readonly query?: Readonly<Partial<Record<keyof Input & string, string>>>;
  };
  /** With every constraint of the API model; unknown members are ignored. */
  readonly input: z.ZodType<Input>;
  /** Undefined for an operation whose answer has no body. */
  readonly output: z.ZodType<Output> | undefined;
  /** The errors that the model names. */
  readonly errors: readonly AwsErrorCode[];
  /**
   * What a policy must allow. It is called before the constraints are checked, so members have the
   * right type or are absent. It is a method, as `run` is, so that all operations fit into one
   * registry as Operation<unknown, unknown>.
   */
  access(caller: Caller, input: Partial<Input>): readonly Access[];
  /** @throws AwsError one of `errors` */
  run(api: ConnectorApi, caller: Caller, input: Input): Promise<Output>;
}

/** An action of this service on one resource, or on `*` when there is none. */
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
  /**
   * Where devices reach the enrol listener: https://scep.example.com, without a slash at the end.
   */
  readonly enrolUrl: string;
  readonly quotas: ConnectorQuotas;
  /** Runs work that outlives the request: failures are logged, and the store stays open for it. */
  readonly inBackground: (work: () => Promise<unknown>) => void;
}
