import type { ConnectorQuotas } from '../connectors/connector-quotas.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';

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
