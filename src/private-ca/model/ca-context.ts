import type { RecordStore } from '../../store/record-store.ts';
import type { Sealer } from '../../store/seal.ts';
import type { PrivateCaScope } from './private-ca-arns.ts';

/**
 * The address of the enrol listener, where relying parties fetch CRLs and send OCSP requests.
 * Undefined until it is known, and in a process that only administers.
 */
export type PublicUrl = () => string | undefined;

/** What the parts of the private CA share. */
export interface CaContext {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Cryptographically random octets. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** The account and region whose authorities are created and found. */
  readonly scope: PrivateCaScope;
  /** How many authorities an account may have in a region; default 1000 (AWS: 200). */
  readonly authorityQuota?: number;
  /**
   * Without it, certificates name CRLs and OCSP responders only under the authority's own host
   * names.
   */
  readonly publicUrl?: PublicUrl;
}

/** The same context, or whole CA, for another account or region. */
export function scopedTo<Context extends CaContext>(
  ca: Context,
  { region, accountId }: PrivateCaScope,
): Context {
  return { ...ca, scope: { region, accountId } };
}
