import type { RecordStore } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';
import { type Buckets, createRecordObjectStore, type ObjectStore } from './buckets/object-store.ts';
import { createRecentLists, type RecentLists } from './crl/recent-lists.ts';
import type { TokenKeyStore } from './keys/key-store.ts';
import { createSigningKeys, type SigningKeys } from './keys/signing-keys.ts';
import type { PrivateCaScope } from './model/private-ca-arns.ts';
import type { KnownOcspAnswer } from './ocsp/ocsp-answers.ts';
import { createOcspSignatures, type OcspSignatures } from './ocsp/ocsp-signatures.ts';
import type { PublicUrl } from './revocation/revocation-urls.ts';

export interface PrivateCaDependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Cryptographically random octets. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** Whose authorities are created and found. */
  readonly scope: PrivateCaScope;
  /** How many authorities an account may have in a region; default 1000 (AWS: 200). */
  readonly authorityQuota?: number;
  /** Without it, certificates name no CRL and no OCSP responder but those under an authority's own names. */
  readonly publicUrl?: PublicUrl;
  /** The token that has authorities' keys, if there is one. */
  readonly tokenKeys?: TokenKeyStore;
  /** Whether new authorities' keys are made in the token; otherwise they are sealed in the store. */
  readonly newKeysInToken?: boolean;
  /** Is told of an authority whose key could not be made; whoever looks at it next tries again. */
  readonly reportCreation?: (authorityArn: string, error: unknown) => void;
  /** The buckets that RevocationConfigurations and audit reports name; without them these are kept in the store. */
  readonly buckets?: Buckets;
}

/** What every action works with. */
export interface PrivateCa extends PrivateCaDependencies {
  readonly signingKeys: SigningKeys;
  /** The authorities whose keys this process is making, by id. */
  readonly creations: Map<string, Promise<void>>;
  /** The CRLs that this process is building, by authority and list: of calls at once one does the work. */
  readonly revocationListBuilds: Map<string, Promise<void>>;
  readonly recentLists: RecentLists;
  /** Until when the distribution points of authorities are noted, as far as this process knows (`noteDistributionPoint`). */
  readonly distributionPoints: Map<string, number>;
  /** The OCSP answers that this process has signed, by CertID. */
  readonly ocspAnswers: Map<string, KnownOcspAnswer>;
  readonly ocspSignatures: OcspSignatures;
  /** The audit reports that this process is writing, by id. */
  readonly auditReports: Map<string, Promise<void>>;
  /** Where audit reports are put. */
  readonly objects: ObjectStore;
}

/** The embedded private CA over a record store. Keep one for the process: it caches the authorities' keys. */
export function openPrivateCa(dependencies: PrivateCaDependencies): PrivateCa {
  return {
    ...dependencies,
    signingKeys: createSigningKeys(dependencies),
    creations: new Map(),
    revocationListBuilds: new Map(),
    recentLists: createRecentLists(),
    distributionPoints: new Map(),
    ocspAnswers: new Map(),
    ocspSignatures: createOcspSignatures(),
    auditReports: new Map(),
    objects: dependencies.buckets ?? createRecordObjectStore(dependencies.store),
  };
}

/** The same private CA as another account or region sees it. */
export function scopedTo(ca: PrivateCa, { region, accountId }: PrivateCaScope): PrivateCa {
  return { ...ca, scope: { region, accountId } };
}
