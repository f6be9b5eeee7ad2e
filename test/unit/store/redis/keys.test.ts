import { describe, expect, it } from 'vitest';
import { clusterSlot, keysOf, readKey } from '../../../../src/store/redis/keys.ts';

const PREFIX = 'scep-connector:';
const AWKWARD = ['p', '}', '{', '{}', '}{', '%', '%7D', '%25', 'a}b', '~ !', '{p} c}'];

describe('keysOf', () => {
  it('names every kind of key', () => {
    const keys = keysOf(PREFIX, 'connector-1');
    expect([
      ...[keys.version, keys.expiries, keys.index('c'), keys.record('c', 'a:b')],
      ...[keys.counter('n'), keys.outcome('id')],
    ]).toEqual([
      'scep-connector:{connector-1}:v',
      'scep-connector:{connector-1}:x',
      'scep-connector:{connector-1}:i:c',
      'scep-connector:{connector-1}:r:c:a:b',
      'scep-connector:{connector-1}:n:n',
      'scep-connector:{connector-1}:o:id',
    ]);
  });

  it.each(AWKWARD)('keeps all keys of the partition %j in one slot', (partition) => {
    const keys = keysOf(PREFIX, partition);
    const all = [
      ...[keys.version, keys.expiries, keys.index('}{'), keys.record('{', '}')],
      ...[keys.counter('{x}'), keys.outcome('id')],
    ];
    expect(new Set(all.map(clusterSlot)).size).toBe(1);
  });

  it('never names a key of one partition like a key of another', () => {
    expect(new Set(AWKWARD.map((name) => keysOf(PREFIX, name).version)).size).toBe(AWKWARD.length);
  });
});

describe('readKey', () => {
  it.each(AWKWARD)(
    'reads the partition %j and the collection from the key of an index',
    (partition) => {
      const { expiries, index } = keysOf(PREFIX, partition);
      expect(readKey(PREFIX, expiries).partition).toBe(partition);
      expect(readKey(PREFIX, index('c} {:i:'))).toEqual({ partition, collection: 'c} {:i:' });
    },
  );
});

describe('clusterSlot', () => {
  // As CLUSTER KEYSLOT answers.
  it.each([
    ['123456789', 12_739],
    ['foo', 12_182],
    ['', 0],
    ['{user1000}.following', 3_443],
    ['{user1000}.followers', 3_443],
    ['foo{}{bar}', 8_363],
    ['foo{{bar}}zap', 4_015],
    ['foo{bar}{zap}', 5_061],
  ])('puts %j into slot %d', (key, slot) => {
    expect(clusterSlot(key)).toBe(slot);
  });
});
