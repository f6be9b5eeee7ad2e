import { onTestFinished } from 'vitest';
import { type CaSite, makeSite } from '../load/enrolment-site.ts';
import { type Replica, type ReplicaOptions, startReplicas } from './serve-replicas.ts';

/** Replicas with a CA, a connector and a challenge. */
export interface ReplicaWorld {
  readonly replicas: readonly [Replica, Replica, Replica];
  /** The replicas whose API the tests can reach. */
  readonly administered: readonly [Replica, ...Replica[]];
  readonly site: CaSite;
}

/** The replicas end with the test. */
export async function startReplicaWorld(options: ReplicaOptions): Promise<ReplicaWorld> {
  const replicas = await startReplicas(options);
  const [first, second, third] = replicas;
  const administered =
    options.first === undefined ? ([first, second, third] as const) : ([second, third] as const);
  onTestFinished(async () => {
    await Promise.all(replicas.map((replica) => replica.kill()));
  });
  return { replicas, administered, site: await makeSite(second) };
}
