import { randomBytes, randomUUID } from 'node:crypto';
import {
  findChallengeByPassword,
  listChallengePasswords,
} from './connectors/challenges/find-challenge.ts';
import { findConnectorByPath } from './connectors/find-connector.ts';
import { createRaIdentityFinder } from './connectors/ra/ra-identities.ts';
import type { EnrolmentDependencies } from './enrolment/decider.ts';
import { createWaitingRoom } from './enrolment/transaction/waiting-room.ts';
import type { FindConnector } from './http/serve-scep.ts';
import type { AcmPcaIssuerOptions } from './issuer/acm-pca/acm-pca-issuer.ts';
import { createEmbeddedIssuer } from './issuer/embedded/embedded-issuer.ts';
import type { Issuer } from './issuer/issuer.ts';
import type { Buckets } from './private-ca/buckets/object-store.ts';
import type { S3Settings } from './private-ca/buckets/s3/open-s3-buckets.ts';
import type { KeyStoreError, TokenKeyStore } from './private-ca/keys/key-store.ts';
import { loadCryptoki } from './private-ca/keys/pkcs11/load-cryptoki.ts';
import { openPkcs11KeyStore } from './private-ca/keys/pkcs11/pkcs11-key-store.ts';
import type { PrivateCaScope } from './private-ca/model/private-ca-arns.ts';
import { openPrivateCa, type PrivateCa } from './private-ca/private-ca.ts';
import { openLmdbRecordStore } from './store/embedded/lmdb-record-store.ts';
import type { RecordStore } from './store/record-store.ts';
import type { RedisStoreSettings } from './store/redis/redis-store-settings.ts';
import { createSealer, type Sealer } from './store/seal.ts';

export interface WireSettings {
  /** Directory of the embedded store. */
  readonly storeDir: string;
  /** Redis keeps the records, in place of the embedded store. */
  readonly redis?: Omit<RedisStoreSettings, 'clock'> | undefined;
  /** 32 octets. */
  readonly masterKey: Uint8Array;
  /** While the master key is being changed: opens too. */
  readonly otherMasterKey?: Uint8Array | undefined;
  /** How many CAs an account may have in a region. */
  readonly authorityQuota?: number;
  /** Where devices and relying parties reach the enrol listener, once it is known. */
  readonly publicUrl?: () => string | undefined;
  /** A PKCS #11 token with CA keys. */
  readonly token?: WireToken | undefined;
  /** Without it nothing is put into buckets. */
  readonly s3?: S3Settings | undefined;
  /** The connectors' CAs are at AWS; without it they are the embedded ones. */
  readonly acmPca?: Omit<AcmPcaIssuerOptions, 'store' | 'clock'> | undefined;
  /** How many requests may wait for their CAs at a time; without it all may. */
  readonly seats?: number;
  /** Is told of a request that may have become a certificate that nobody gets. */
  readonly reportUncertain?: EnrolmentDependencies['reportUncertain'];
  /** Is told of a CA whose key could not be made. */
  readonly reportCreation?: PrivateCa['reportCreation'];
}

interface WireToken {
  /** The shared library of the token's maker. */
  readonly module: string;
  readonly tokenLabel: string;
  readonly pin: string;
  /** Whether the keys of new CAs are made in it. */
  readonly forNewKeys: boolean;
  /** Is told when the token does not do its work. */
  readonly report: (fault: KeyStoreError) => void;
}

/** What is put in place of the real parts, or before them. */
export interface WireOverrides {
  readonly clock?: () => number;
  readonly store?: RecordStore;
  /** Gets the store and gives the one that everybody is to see. */
  readonly guardStore?: (store: RecordStore) => RecordStore;
  /** Gets the issuer of the settings and gives the one to use. */
  readonly issuer?: (issuer: Issuer) => Issuer;
}

/** The parts of a server, joined. */
export interface Wired {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  readonly clock: () => number;
  readonly randomUuid: () => string;
  readonly issuer: Issuer;
  readonly privateCa: PrivateCa;
  readonly enrolment: EnrolmentDependencies;
  readonly findConnector: FindConnector;
}

/** Every call to the embedded CA is scoped to its caller, or to what it names. */
const UNSCOPED: PrivateCaScope = { region: '', accountId: '' };

/**
 * The composition root: the one place where ports meet their adapters. When done call `closeWired`.
 * @throws KeyStoreError when the token cannot be used; BucketError when it is not known where buckets are
 */
export async function wire(settings: WireSettings, overrides: WireOverrides = {}): Promise<Wired> {
  const { masterKey, otherMasterKey, authorityQuota, publicUrl, token, s3, acmPca } = settings;
  const clock = overrides.clock ?? Date.now;
  const buckets = s3 && (await loadS3Buckets(s3));
  const tokenKeys = token && (await openTokenKeys(token, clock));
  const opened = overrides.store ?? (await openStore(settings, clock));
  const store = overrides.guardStore?.(opened) ?? opened;
  const sealer = createSealer(masterKey, otherMasterKey);
  const privateCa = openPrivateCa({
    ...{ store, sealer, clock, randomBytes, scope: UNSCOPED },
    ...(authorityQuota === undefined ? {} : { authorityQuota }),
    ...(settings.reportCreation && { reportCreation: settings.reportCreation }),
    ...(publicUrl && { publicUrl }),
    ...(tokenKeys && { tokenKeys, newKeysInToken: token.forNewKeys }),
    ...(buckets && { buckets }),
  });
  const chosen = acmPca
    ? await loadAcmPcaIssuer({ ...acmPca, store, clock })
    : createEmbeddedIssuer(privateCa);
  const issuer = overrides.issuer?.(chosen) ?? chosen;
  const enrolment: EnrolmentDependencies = {
    store,
    sealer,
    issuer,
    findRaIdentities: createRaIdentityFinder({ store, sealer, clock }),
    findChallenge: (connectorId) => (password) =>
      findChallengeByPassword({ store, sealer }, connectorId, password),
    listChallengePasswords: (connectorId) => listChallengePasswords({ store, sealer }, connectorId),
    clock,
    randomBytes,
    ...(settings.seats === undefined ? {} : { waitingRoom: createWaitingRoom(settings.seats) }),
    ...(settings.reportUncertain && { reportUncertain: settings.reportUncertain }),
  };
  return {
    store,
    sealer,
    clock,
    randomUuid: randomUUID,
    issuer,
    privateCa,
    enrolment,
    findConnector: (segment, secret) => findConnectorByPath(store, segment, secret),
  };
}

/** Ends what `wire` has opened, as soon as the embedded CA has finished what it does in the background. */
export async function closeWired({ privateCa, store }: Wired): Promise<void> {
  const { creations, auditReports, tokenKeys } = privateCa;
  await Promise.allSettled([...creations.values(), ...auditReports.values()]);
  await tokenKeys?.close();
  await store.close();
}

/** The client of Redis is not loaded without it either. */
async function openStore({ storeDir, redis }: WireSettings, clock: () => number) {
  if (!redis) return openLmdbRecordStore({ directory: storeDir, clock });
  const { openRedisRecordStore } = await import('./store/redis/redis-record-store.ts');
  return openRedisRecordStore({ ...redis, clock });
}

/** The client of S3 is large: whoever does not use it does not wait for it. */
async function loadS3Buckets(settings: S3Settings): Promise<Buckets> {
  const { openS3Buckets } = await import('./private-ca/buckets/s3/open-s3-buckets.ts');
  return openS3Buckets(settings);
}

/** Nor for that of AWS Private CA. */
async function loadAcmPcaIssuer(options: AcmPcaIssuerOptions): Promise<Issuer> {
  const { createAcmPcaIssuer } = await import('./issuer/acm-pca/acm-pca-issuer.ts');
  return createAcmPcaIssuer(options);
}

async function openTokenKeys(
  { module, report, ...login }: WireToken,
  clock: () => number,
): Promise<TokenKeyStore> {
  return openPkcs11KeyStore(login, { cryptoki: loadCryptoki(module), randomBytes, clock, report });
}
