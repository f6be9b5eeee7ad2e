/** An OCSPResponse. Times are milliseconds since the epoch. */
export interface OcspAnswer {
  readonly der: Uint8Array;
  /** Whole seconds; undefined for an answer that holds for its request alone. */
  readonly validity?: { readonly thisUpdate: number; readonly nextUpdate: number };
}

/** An answer that is true as long as the certificate's record has this version. */
export interface KnownOcspAnswer {
  readonly version: number;
  readonly answer: Promise<OcspAnswer>;
  readonly signedAt: number;
  /** When the record was last seen with this version. */
  confirmedAt: number;
}

/** For how long caches may keep an answer, in milliseconds: how late they may make a revocation. */
export const OCSP_CACHING = 300_000;
