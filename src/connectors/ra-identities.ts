import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import type { KeyTransport } from '../cms/rsa-key-transport.ts';
import { createKeyTransport } from '../cms/rsa-key-transport.ts';
import { listEntries } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';
import { connectorPartition } from './connector-record.ts';
import type { RaIdentityRecord } from './ra-identity-record.ts';
import { raIdentities, raIdentitySealContext } from './ra-identity-record.ts';

/** One generation of the key and certificate with which a connector does its SCEP cryptography. Never the CA's. */
export interface RaIdentity {
  readonly generation: number;
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
  readonly keyTransport: KeyTransport;
}

/** The generations of a connector whose certificates are valid now, newest first. */
export type FindRaIdentities = (connectorId: string) => Promise<readonly RaIdentity[]>;

const MAX_GENERATIONS = 16;
const MAX_CACHED = 10_000;

/**
 * Reads RA identities from the store. Opened keys are kept in memory: a generation never changes, and decoding a private key
 * costs more than signing with it.
 */
export function createRaIdentityFinder(deps: {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  readonly clock: () => number;
}): FindRaIdentities {
  const opened = new Map<string, RaIdentity>();
  return async (connectorId) => {
    const partition = connectorPartition(connectorId);
    const page = { limit: MAX_GENERATIONS };
    const entries = await listEntries(deps.store, partition, raIdentities, page);
    const identities = entries.map(({ value }) => {
      const cacheKey = `${connectorId}/${value.generation}`;
      const identity = opened.get(cacheKey) ?? openRaIdentity(deps.sealer, connectorId, value);
      if (opened.size < MAX_CACHED) opened.set(cacheKey, identity);
      return identity;
    });
    const now = deps.clock();
    return identities
      .filter(({ certificate }) => certificate.notAfter.getTime() > now)
      .toSorted((a, b) => b.generation - a.generation);
  };
}

function openRaIdentity(
  sealer: Sealer,
  connectorId: string,
  { generation, certificate, sealedPrivateKey }: RaIdentityRecord,
): RaIdentity {
  const context = raIdentitySealContext(connectorId, generation);
  const pkcs8 = Buffer.from(sealer.open(sealedPrivateKey, context));
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return {
    generation,
    certificate: parseCertificate(certificate),
    privateKey,
    keyTransport: createKeyTransport(privateKey),
  };
}
