import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { z } from 'zod';
import { AwsError } from '../../../src/aws-wire/aws-error.ts';
import type { Caller } from '../../../src/aws-wire/caller.ts';
import { JSON_CODEC } from '../../../src/aws-wire/json-codec.ts';
import { runOperation } from '../../../src/aws-wire/run-operation.ts';
import type { ConnectorApi, Operation } from '../../../src/connector-api/operation.ts';
import {
  OPERATIONS,
  type OperationName,
} from '../../../src/connector-api/operations/operations.ts';
import type { ConnectorQuotas } from '../../../src/connectors/account-record.ts';
import type { AuthorityDescription } from '../../../src/issuer/issuer.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { createSealer } from '../../../src/store/seal.ts';
import { createFakeIssuer, type FakeIssuer } from '../fakes/fake-issuer.ts';
import { openInMemoryRecordStore } from '../fakes/in-memory-record-store.ts';

type Input<Name extends OperationName> = z.infer<(typeof OPERATIONS)[Name]['input']>;
type Output<Name extends OperationName> = Awaited<ReturnType<(typeof OPERATIONS)[Name]['run']>>;

/**
 * The API of Connector for SCEP on a store in memory and a fake CA. Background work waits for
 * `settle`.
 */
export interface ConnectorApiWorld {
  readonly api: ConnectorApi;
  readonly issuer: FakeIssuer;
  readonly authorityArn: string;
  /** How far the world's clock is ahead of the real one, in milliseconds. */
  ahead: number;
  /** Changes the CA's description of itself, or throws. */
  describeAuthority: (authority: AuthorityDescription) => AuthorityDescription;
  call<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    caller?: Caller,
  ): Promise<Output<Name>>;
  /** Runs the background work. Rejects with the first error. */
  settle(): Promise<void>;
  /** Drops the background work, as the death of the process does. */
  forgetBackground(): void;
  /** Runs `happens` once, before the CA next issues a certificate. */
  beforeIssue(happens: () => Promise<void>): void;
}

export const CALLER: Caller = {
  accountId: '000000000000',
  arn: 'arn:aws:iam::000000000000:user/alice',
  accessKeyId: 'AKIATESTAKIATEST0000',
  region: 'us-east-1',
  service: 'pca-connector-scep',
  policy: undefined,
};

export function makeConnectorApiWorld(
  options: {
    readonly quotas?: Partial<ConnectorQuotas>;
    /** Replaces or wraps the store in memory. */
    readonly store?: (inMemory: RecordStore) => RecordStore;
  } = {},
): ConnectorApiWorld {
  const time = { ahead: 0 };
  const clock = () => Date.now() + time.ahead;
  const inMemory = openInMemoryRecordStore(clock);
  const issuer = createFakeIssuer(clock);
  const backlog: (() => Promise<unknown>)[] = [];
  const api: ConnectorApi = {
    store: options.store?.(inMemory) ?? inMemory,
    sealer: createSealer(createHash('sha256').update('test master key').digest()),
    issuer: {
      ...issuer,
      describeAuthority: async (arn) =>
        world.describeAuthority(await issuer.describeAuthority(arn)),
    },
    clock,
    randomUuid: () => randomUUID(),
    enrolUrl: 'https://scep.example.com',
    quotas: { connectors: 100, challengesPerConnector: 100, ...options.quotas },
    inBackground: (work) => {
      backlog.push(work);
    },
  };
  const world: ConnectorApiWorld = {
    api,
    issuer,
    authorityArn: issuer.authorityArn,
    get ahead() {
      return time.ahead;
    },
    set ahead(milliseconds) {
      time.ahead = milliseconds;
    },
    describeAuthority: (authority) => authority,
    call: (name, input, caller = CALLER) => callOperation(api, name, input, caller),
    async settle() {
      for (const work of backlog.splice(0)) await work();
    },
    forgetBackground() {
      backlog.length = 0;
    },
    beforeIssue(happens) {
      issuer.beforeIssue = () => {
        issuer.beforeIssue = () => undefined;
        return happens();
      };
    },
  };
  return world;
}

/** Makes an ACTIVE connector and returns its ARN. */
export async function makeActiveConnector(
  world: ConnectorApiWorld,
  tags: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { ConnectorArn } = await world.call('CreateConnector', {
    CertificateAuthorityArn: world.authorityArn,
    Tags: tags,
  });
  await world.settle();
  return ConnectorArn;
}

const OPEN_GATES = { limitRate: async () => undefined, resourceTags: async () => ({}) };

/**
 * Calls an operation as the API listener does. Checks the output against its schema and errors
 * against the model's list.
 */
async function callOperation<Name extends OperationName>(
  api: ConnectorApi,
  name: Name,
  input: Input<Name>,
  caller: Caller,
): Promise<Output<Name>> {
  const operation: Operation<unknown, unknown> = OPERATIONS[name];
  try {
    const answer = await runOperation(OPEN_GATES, api, {
      ...{ caller, name, operation, input, codec: JSON_CODEC },
    });
    expect(answer).toEqual(operation.output?.parse(answer));
    return answer as Output<Name>;
  } catch (error) {
    if (error instanceof AwsError) expect(operation.errors).toContain(error.code);
    throw error;
  }
}

/** Resolves to the AwsError of a refused call. */
export async function refusedWith(call: Promise<unknown>): Promise<AwsError> {
  const outcome = await call.then(
    () => new Error('the call was not refused'),
    (error: unknown) => error,
  );
  if (outcome instanceof AwsError) return outcome;
  throw outcome;
}
