import type { Credential } from '../../../src/aws-wire/credential.ts';
import { serveCrl } from '../../../src/http/serve-crl.ts';
import { servePrivateCa } from '../../../src/http/serve-private-ca.ts';
import type { PrivateCa, PrivateCaDependencies } from '../../../src/private-ca/private-ca.ts';
import { authorityPartition } from '../../../src/private-ca/records/authority-record.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import type { AwsAccess } from '../clients/aws-client.ts';
import { TEST_ACCESS_KEY } from '../clients/sign-request.ts';
import { fakeTokenKeys } from '../fakes/fake-token-keys.ts';
import { openInMemoryRecordStore } from '../fakes/in-memory-record-store.ts';
import { openTestPrivateCa } from './open-test-private-ca.ts';
import { type RunningApi, startApi } from './start-api.ts';

export interface RunningPrivateCaApi {
  readonly api: RunningApi;
  readonly access: AwsAccess;
  /** As seen by the holder of `access`. */
  readonly ca: PrivateCa;
  /** Runs before the next key is made. The key after that is made at once. */
  readonly beforeNextKey: (task: () => Promise<void>) => void;
  /** The number of authenticated requests so far. */
  readonly requestCount: () => number;
  /** Makes the next commit to an authority fail because another one came first. */
  readonly loseNextCommit: (certificateAuthorityArn: string) => void;
  readonly stop: () => Promise<void>;
}

const REGION = 'us-east-1';

/** The API of Private CA on 127.0.0.1 over a store and keys in memory, without rate limits. */
export async function startPrivateCaApi(
  changes: Partial<PrivateCaDependencies> = {},
  credential: Partial<Credential> = {},
): Promise<RunningPrivateCaApi> {
  const contended = contendedStore(openInMemoryRecordStore(Date.now));
  const { tokenKeys, beforeNextKey } = delayedKeys();
  const { accountId, accessKeyId, secretAccessKey } = TEST_ACCESS_KEY;
  const ca = openTestPrivateCa({
    scope: { region: REGION, accountId },
    store: contended.store,
    ...{ tokenKeys, newKeysInToken: true },
    ...changes,
  });
  let requests = 0;
  const limitRate = async () => void requests++;
  const gates = { limitRate, resourceTags: () => Promise.resolve({}) };
  const api = await startApi(
    { servePrivateCa: servePrivateCa(ca, gates), serveCrl: serveCrl(ca, gates) },
    credential,
  );
  return {
    api,
    access: { apiUrl: api.url, region: REGION, accessKeyId, secretAccessKey },
    ca,
    beforeNextKey,
    requestCount: () => requests,
    loseNextCommit: contended.loseNextCommit,
    stop: api.stop,
  };
}

function contendedStore(store: RecordStore) {
  let contested: string | undefined;
  const contended: RecordStore = {
    ...store,
    commit: async (partition, writes) => {
      if (partition !== contested) return store.commit(partition, writes);
      contested = undefined;
      const [{ collection, key } = { collection: '', key: '' }] = writes;
      return { outcome: 'conflict', collection, key };
    },
  };
  const loseNextCommit = (certificateAuthorityArn: string) => {
    contested = authorityPartition(certificateAuthorityArn.slice(-36));
  };
  return { store: contended, loseNextCommit };
}

function delayedKeys() {
  const keys = fakeTokenKeys();
  let before = () => Promise.resolve();
  const tokenKeys = {
    ...keys,
    generate: async (...args: Parameters<typeof keys.generate>) => {
      const task = before;
      before = () => Promise.resolve();
      await task();
      return keys.generate(...args);
    },
  };
  const beforeNextKey = (task: () => Promise<void>) => {
    before = task;
  };
  return { tokenKeys, beforeNextKey };
}
