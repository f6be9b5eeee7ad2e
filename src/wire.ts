import { randomBytes, randomUUID } from 'node:crypto';
import {
  findChallengeByPassword,
  listChallengePasswords,
} from './connectors/challenges/find-challenge.ts';
import { findConnectorByPath } from './connectors/find-connector.ts';
import { createRaIdentityFinder } from './connectors/ra/ra-identities.ts';
import type { WarnOfCertificate } from './connectors/warn-of-certificates.ts';
import type { EnrolmentDependencies } from './enrolment/decider.ts';
import { createWaitingRoom } from './enrolment/transaction/waiting-room.ts';
import type { FindConnector } from './http/serve-scep.ts';
import type { AcmPcaIssuerOptions } from './issuer/acm-pca/acm-pca-issuer.ts';
import { createEmbeddedIssuer } from './issuer/embedded/embedded-issuer.ts';
import type { Issuer } from './issuer/issuer.ts';
import { omitUndefined } from './omit-undefined.ts';
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
  /** Replaces the embedded store. */
  readonly redis?: Omit<RedisStoreSettings, 'clock'> | undefined;
  /** 32 octets. */
  readonly masterKey: Uint8Array;
  /** Opens secrets but seals none, while the master key is changed. */
  readonly otherMasterKey?: Uint8Array | undefined;
  /** How many CAs an account may have in a region. */
  readonly authorityQuota?: number;
  /** Where devices and relying parties reach the enrol listener, once it is known. */
  readonly publicUrl?: () => string | undefined;
  /** A PKCS #11 token with CA keys. */
  readonly token?: WireToken | undefined;
  /** Where buckets are; without it nothing is put into buckets. */
  readonly s3?: S3Settings | undefined;
  /** Connectors use CAs at AWS; without it they use the embedded ones. */
  readonly acmPca?: Omit<AcmPcaIssuerOptions, 'store' | 'clock'> | undefined;
  /** How many requests may wait for their CAs at once; by default all. */
  readonly seats?: number;
  /** Logs a request for which a certificate may exist that no device receives. */
  readonly reportUncertain?: EnrolmentDependencies['reportUncertain'];
  /** Logs a stored record that cannot be read, and what happens without it. */
  readonly reportUnreadable?: RecordStore['reportUnreadable'];
  /** Logs a CA whose key could not be made. */
  readonly reportCreation?: PrivateCa['reportCreation'];
  /** Logs a certificate that some devices or relying parties refuse. */
  readonly warnOfCertificate?: WarnOfCertificate;
}

interface WireToken {
  /** The PKCS #11 library of the token's maker. */
  readonly module: string;
  readonly tokenLabel: string;
  readonly pin: string;
  /** Whether the keys of new CAs are made in it. */
  readonly forNewKeys: boolean;
  /** Logs a failure of the token. */
  readonly report: (fault: KeyStoreError) => void;
}

/** Replaces or wraps parts. */
export interface WireOverrides {
  readonly clock?: () => number;
  readonly store?: RecordStore;
  /** Wraps the store for all parts. */
  readonly guardStore?: (store: RecordStore) => RecordStore;
  /** Wraps the issuer of the settings. */
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
  readonly warnOfCertificate?: WarnOfCertificate | undefined;
}

/** Every call to the embedded CA is scoped later: to its caller, or to the ARN that it names. */
const UNSCOPED: PrivateCaScope = { region: '', accountId: '' };

/**
 * The composition root: the only place where ports meet their adapters. Call `closeWired` at the
 * end.
 * @throws KeyStoreError when the token cannot be used; BucketError when the region of the
 *   buckets is unknown
 */
export async function wire(settings: WireSettings, overrides: WireOverrides = {}): Promise<Wired> {
  const { masterKey, otherMasterKey, authorityQuota, publicUrl, token, s3, acmPca, seats } =
    settings;
  const clock = overrides.clock ?? Date.now;
  const buckets = s3 && (await loadS3Buckets(s3));
  const tokenKeys = token && (await openTokenKeys(token, clock));
  const opened = overrides.store ?? (await openStore(settings, clock));
  const guarded = overrides.guardStore?.(opened) ?? opened;
  const store = { ...guarded, ...omitUndefined({ reportUnreadable: settings.reportUnreadable }) };
  const sealer = createSealer(masterKey, otherMasterKey);
  const privateCa = openPrivateCa({
    ...{ store, sealer, clock, randomBytes, scope: UNSCOPED },
    ...omitUndefined({ authorityQuota, publicUrl, tokenKeys, buckets }),
    ...omitUndefined({
      newKeysInToken: token?.forNewKeys,
      reportCreation: settings.reportCreation,
    }),
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
    ...omitUndefined({
      waitingRoom: seats === undefined ? undefined : createWaitingRoom(seats),
      reportUncertain: settings.reportUncertain,
    }),
  };
  return {
    store,
    sealer,
    clock,
    randomUuid: randomUUID,
    issuer,
    privateCa,
    enrolment,
    warnOfCertificate: settings.warnOfCertificate,
    findConnector: (segment, secret) => findConnectorByPath(store, segment, secret),
  };
}

/** Closes what `wire` has opened, once the embedded CA's background work is done. */
export async function closeWired({ privateCa, store }: Wired): Promise<void> {
  const { creation, auditReportWriter, tokenKeys } = privateCa;
  await Promise.all([creation.settled(), auditReportWriter.settled()]);
  await tokenKeys?.close();
  await store.close();
}

/** Loads the client of Redis only where it is used. */
async function openStore({ storeDir, redis }: WireSettings, clock: () => number) {
  if (!redis) return openLmdbRecordStore({ directory: storeDir, clock });
  const { openRedisRecordStore } = await import('./store/redis/redis-record-store.ts');
  return openRedisRecordStore({ ...redis, clock });
}

/** Loads the client of S3, which is large, only where it is used. */
async function loadS3Buckets(settings: S3Settings): Promise<Buckets> {
  const { openS3Buckets } = await import('./private-ca/buckets/s3/open-s3-buckets.ts');
  return openS3Buckets(settings);
}

/** Loads the client of AWS Private CA only where it is used. */
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
