import fc from 'fast-check';

/**
 * One change of a message, as by a transmission fault or an attacker. Positions are taken modulo
 * the length.
 */
type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'set'; readonly at: number; readonly octet: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly octets: Uint8Array }
  | {
      readonly kind: 'splice';
      readonly at: number;
      readonly from: number;
      readonly length: number;
    };

const at = fc.nat();
const length = fc.integer({ min: 1, max: 40 });
/** Octets with a meaning in headers: indefinite and long lengths, tags, end-of-contents. */
const octet = fc.oneof(
  fc.constantFrom(0, 0x80, 0x81, 0x84, 0xff, 0x1f, 0x24, 0x30, 0xa0),
  fc.nat(255),
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('set' as const), at, octet }),
  fc.record({ kind: fc.constant('cut' as const), at, length: fc.oneof(length, fc.nat(4_000)) }),
  fc.record({ kind: fc.constant('insert' as const), at, octets: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant('splice' as const), at, from: at, length }),
);

/**
 * One of `seeds` with one to four changes. Half of the changes hit the first octets, where the
 * structure is densest.
 */
export function mutated(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
    )
    .map(([seed, mutations, early]) =>
      mutations.reduce<Uint8Array>(
        (bytes, change) => apply(bytes, change, early ? 200 : Infinity),
        seed,
      ),
    );
}

function apply(bytes: Uint8Array, change: Mutation, within: number): Uint8Array {
  const start = change.at % Math.max(1, Math.min(bytes.length, within));
  const changed = Buffer.from(bytes);
  switch (change.kind) {
    case 'flip':
      changed[start] = (changed[start] ?? 0) ^ (1 << change.bit);
      return changed;
    case 'set':
      changed[start] = change.octet;
      return changed;
    case 'cut':
      return Buffer.concat([changed.subarray(0, start), changed.subarray(start + change.length)]);
    case 'insert':
      return Buffer.concat([changed.subarray(0, start), change.octets, changed.subarray(start)]);
    case 'splice': {
      const from = change.from % Math.max(1, bytes.length);
      bytes.subarray(from, from + change.length).forEach((value, i) => {
        if (start + i < changed.length) changed[start + i] = value;
      });
      return changed;
    }
  }
}
