import type { KeyObject } from 'node:crypto';
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { OID } from '../asn1/object-identifiers.ts';
import { awaitCertificate } from '../issuer/await-certificate.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { listEntries, putEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';
import { buildCertificationRequest } from '../x509/build-certification-request.ts';
import { derName } from '../x509/distinguished-name.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';
import { createSigner } from '../x509/signing-algorithm.ts';
import type { ConnectorRecord } from './connector-record.ts';
import { connectorPartition } from './connector-record.ts';
import type { RaIdentityRecord } from './ra-identity-record.ts';
import {
  MAX_RA_GENERATIONS,
  raIdentities,
  raIdentityKey,
  raIdentitySealContext,
} from './ra-identity-record.ts';

interface Dependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  readonly issuer: Issuer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly randomUuid: () => string;
}

const DAY = 86_400_000;
const LIFETIME = 365 * DAY;
/** A generation this close to its end gets a successor; clients that pinned the old one have until then. */
const RENEW_BEFORE_END = 60 * DAY;

const generateRsaKeyPair = promisify(generateKeyPair);

/**
 * Sees to it that the connector has an RA identity with more than 60 days to live: an RSA-2048 key, and a certificate that
 * the connector's CA issues from EndEntityCertificate/V1, which gives it digitalSignature, keyEncipherment
 * and serverAuth, the one layout that every client accepts (protocol fact 16). Earlier generations stay.
 * Two callers at once make one generation: the later commit gives way.
 * @throws IssuerError
 */
export async function ensureRaIdentity(
  deps: Dependencies,
  connector: ConnectorRecord,
): Promise<void> {
  const partition = connectorPartition(connector.id);
  const page = { limit: MAX_RA_GENERATIONS };
  const newest = (await listEntries(deps.store, partition, raIdentities, page)).at(-1)?.value;
  if (newest !== undefined && remainingLife(newest, deps.clock()) > RENEW_BEFORE_END) return;
  const generation = (newest?.generation ?? 0) + 1;
  const { publicKey, privateKey } = await generateRsaKeyPair('rsa', { modulusLength: 2048 });
  const certificate = await issueRaCertificate(deps, connector, publicKey, privateKey);
  const sealedPrivateKey = deps.sealer.seal(
    privateKey.export({ format: 'der', type: 'pkcs8' }),
    raIdentitySealContext(connector.id, generation),
  );
  const record = { generation, activeFrom: deps.clock(), certificate, sealedPrivateKey };
  await deps.store.commit(partition, [
    putEntry(raIdentities, raIdentityKey(generation), record, { condition: 'absent' }),
  ]);
}

function remainingLife({ certificate }: RaIdentityRecord, now: number): number {
  return parseCertificate(certificate).notAfter.getTime() - now;
}

async function issueRaCertificate(
  { issuer, clock, randomUuid }: Dependencies,
  { id, certificateAuthorityArn }: ConnectorRecord,
  publicKey: KeyObject,
  privateKey: KeyObject,
): Promise<Uint8Array> {
  const csr = buildCertificationRequest(
    {
      subject: derName([{ oid: OID.commonName, value: `SCEP RA ${id}` }]),
      subjectPublicKeyInfo: publicKey.export({ format: 'der', type: 'spki' }),
    },
    'SHA256WITHRSA',
    createSigner(privateKey, 'SHA256WITHRSA'),
  );
  const authority = await issuer.describeAuthority(certificateAuthorityArn);
  const authorityEnd = parseCertificate(authority.certificate).notAfter.getTime();
  const certificateArn = await issuer.issueCertificate({
    authorityArn: certificateAuthorityArn,
    csr,
    template: 'EndEntityCertificate/V1',
    notAfter: new Date(Math.min(clock() + LIFETIME, authorityEnd)),
    idempotencyToken: randomUuid(),
  });
  const issued = await awaitCertificate(issuer, certificateAuthorityArn, certificateArn);
  return issued.certificate;
}
