import { randomBytes } from 'node:crypto';
import {
  type CommitResult,
  type RecordStore,
  StoreUnavailableError,
  type Write,
} from '../record-store.ts';
import { validateCalls } from '../validate-calls.ts';
import { callRedis, type RedisCaller, sendPlainly } from './call-redis.ts';
import {
  COMMIT_SCRIPT,
  commitCommand,
  isLive,
  readCommitReply,
  unpackRecord,
} from './commit-script.ts';
import { type ConnectionEvents, connectRedis } from './connect-redis.ts';
import { INCREMENT_SCRIPT, incrementCommand } from './increment-script.ts';
import { keysOf } from './keys.ts';
import { listCollections } from './list-collections.ts';
import { LIST_SCRIPT, listRecords } from './list-script.ts';
import type { RedisStoreSettings } from './redis-store-settings.ts';
import { type ReplicatedReply, sendReplicated } from './replicated-writes.ts';
import { reportServerFaults } from './report-server-faults.ts';
import type { RedisCommand } from './script.ts';
import { startSweeping } from './sweep-expired.ts';
import { SWEEP_SCRIPT } from './sweep-script.ts';

const SCRIPTS = [COMMIT_SCRIPT, INCREMENT_SCRIPT, LIST_SCRIPT, SWEEP_SCRIPT];
/** Share of a call's time for one WAIT, so that the batch under way and the next fit into it. */
const WAIT_SHARE = 0.4;

/**
 * The record store on Redis or Valkey, for many replicas. It opens whether or not Redis is reached:
 * it tries to connect without end, and meanwhile each call fails within `commandTimeoutMs`. A
 * resolved commit is as safe as Redis makes it (docs/redis.md); with `writeReplicas` it is also on
 * that many of its replicas.
 */
export function openRedisRecordStore(settings: RedisStoreSettings): RecordStore {
  const { keyPrefix, clock } = settings;
  const caller = openCaller(settings, {
    onReady: reportServerFaults(settings),
    report: settings.report,
  });
  const commits = openCommits(settings, caller);
  const sweeping = startSweeping({ caller, keyPrefix, clock });
  const send = (key: string, command: RedisCommand) => callRedis(caller, key, command, sendPlainly);
  return validateCalls({
    async get(partition, collection, key) {
      const record = keysOf(keyPrefix, partition).record(collection, key);
      const packed = await send(record, ['GET', record]);
      const found = typeof packed === 'string' ? unpackRecord(key, packed) : undefined;
      return found && isLive(found, clock()) ? found : undefined;
    },
    async list(partition, collection, { after, limit }) {
      const keys = keysOf(keyPrefix, partition);
      const listing = { keys, collection, after, limit, now: clock() };
      return listRecords(listing, (command) => send(keys.version, command));
    },
    async commit(partition, writes) {
      if (writes.length === 0) return { outcome: 'committed' };
      const { result, overdue } = await commits.send(partition, writes);
      if (overdue) sweeping.behindCommit(partition);
      return result;
    },
    async increment(partition, counter, by, expiresAt) {
      const keys = keysOf(keyPrefix, partition);
      const increment = { counter, by, expiresAt };
      const command = incrementCommand(keys, increment, { id: newId(), now: clock() });
      return Number(await send(keys.version, command));
    },
    collections: () => listCollections(caller, keyPrefix),
    async close() {
      await sweeping.stop();
      commits.close();
      caller.connections.close();
    },
  });
}

function openCaller(settings: RedisStoreSettings, events: ConnectionEvents): RedisCaller {
  const connections = connectRedis(settings, events);
  return { connections, scripts: SCRIPTS, timeoutMs: settings.commandTimeoutMs };
}

interface Commits {
  readonly send: (
    partition: string,
    writes: readonly Write[],
  ) => Promise<{ readonly result: CommitResult; readonly overdue: boolean }>;
  readonly close: () => void;
}

/**
 * With `writeReplicas`, commits use separate connections: a WAIT blocks a connection, and reads
 * should not wait behind it.
 */
function openCommits(settings: RedisStoreSettings, reader: RedisCaller): Commits {
  const { keyPrefix, clock, commandTimeoutMs, writeReplicas } = settings;
  const silent = { onReady: () => undefined, report: () => undefined };
  const caller = writeReplicas > 0 ? openCaller(settings, silent) : reader;
  const waitMs = Math.ceil(commandTimeoutMs * WAIT_SHARE);
  const replicate = sendReplicated(writeReplicas, waitMs);
  const sendCommand = async (key: string, command: RedisCommand): Promise<ReplicatedReply> => {
    if (writeReplicas > 0) return callRedis(caller, key, command, replicate);
    return { reply: await callRedis(caller, key, command, sendPlainly), replicas: 0 };
  };
  return {
    async send(partition, writes) {
      const keys = keysOf(keyPrefix, partition);
      const command = commitCommand(keys, writes, { id: newId(), now: clock() });
      const { reply, replicas } = await sendCommand(keys.version, command);
      const read = readCommitReply(reply, writes);
      if (read.result.outcome === 'committed' && replicas < writeReplicas) {
        throw new StoreUnavailableError(
          `the commit is in Redis, but ${replicas} of ${writeReplicas} replicas have it, so a failover may lose it`,
        );
      }
      return read;
    },
    close: () => caller.connections.close(),
  };
}

function newId(): string {
  return randomBytes(12).toString('base64url');
}
