import { z } from 'zod';
import { keepAdded } from '../../store/added-members.ts';
import { base64Bytes, defineCollection, storedObject } from '../../store/collection.ts';
import { signingAlgorithmSchema } from '../model/api-schemas.ts';
import { asn1SubjectSchema } from '../model/asn1-subject.ts';
import { csrExtensionsSchema } from '../model/csr-extensions.ts';
import { supportedKeyAlgorithmSchema } from '../model/key-algorithms.ts';
import { revocationConfigurationSchema } from '../model/revocation-configuration.ts';
import { keyRecordSchema } from './key-record.ts';

/** What issuing needs of the authority's own certificate; it is parsed once, on import. */
const installedSchema = storedObject({
  certificate: base64Bytes,
  /** From its issuer up to the root, DER each; empty for a root. */
  chain: z.array(base64Bytes).readonly(),
  /** Name, DER: the issuer of what the authority signs. */
  subject: base64Bytes,
  /** Lower-case hexadecimal, without leading zeros. */
  serialNumber: z.string(),
  notBefore: z.number(),
  notAfter: z.number(),
  /** For the authorityKeyIdentifier of what the authority signs. */
  keyIdentifier: base64Bytes,
});

/** The input of CreateCertificateAuthority. */
const requestedShape = {
  arn: z.string(),
  id: z.uuid(),
  accountId: z.string(),
  type: z.enum(['ROOT', 'SUBORDINATE']),
  keyAlgorithm: supportedKeyAlgorithmSchema,
  signingAlgorithm: signingAlgorithmSchema,
  subject: keepAdded(asn1SubjectSchema),
  csrExtensions: keepAdded(csrExtensionsSchema).optional(),
  /** Absent: neither CRL nor OCSP. */
  revocation: keepAdded(revocationConfigurationSchema).optional(),
  keyStorageSecurityStandard: z.string().optional(),
  /** Absent: GENERAL_PURPOSE. */
  usageMode: z.enum(['GENERAL_PURPOSE', 'SHORT_LIVED_CERTIFICATE']).optional(),
  createdAt: z.number(),
  lastStateChangeAt: z.number(),
};

/** An authority without a key: its creation goes on, or failed. */
const unfinishedSchema = storedObject({
  ...requestedShape,
  status: z.enum(['CREATING', 'FAILED']),
  failureReason: z.enum(['REQUEST_TIMED_OUT', 'UNSUPPORTED_ALGORITHM', 'OTHER']).optional(),
});

const finishedSchema = storedObject({
  ...requestedShape,
  /** EXPIRED is not stored: `authorityStatus` derives it. */
  status: z.enum(['PENDING_CERTIFICATE', 'ACTIVE', 'DISABLED', 'DELETED']),
  subjectPublicKeyInfo: base64Bytes,
  csr: base64Bytes,
  installed: installedSchema.optional(),
  /**
   * Earlier certificates with another name, key identifier or constraints, the latest first. What
   * they issued verifies under them alone.
   */
  formerly: z.array(installedSchema).readonly().optional(),
  /** Only of a DELETED authority. Its record and key expire when it can no longer be restored. */
  deletion: storedObject({
    statusBefore: z.enum(['PENDING_CERTIFICATE', 'ACTIVE', 'DISABLED']),
    restorableUntil: z.number(),
  }).optional(),
});

/** An authority as stored, in the partition `ca-{id}`. Times are milliseconds since the epoch. */
const authoritySchema = z.union([finishedSchema, unfinishedSchema]);

/** An authority that has its key. */
export type AuthorityRecord = Readonly<z.infer<typeof finishedSchema>>;
export type UnfinishedAuthority = Readonly<z.infer<typeof unfinishedSchema>>;
export type StoredAuthority = AuthorityRecord | UnfinishedAuthority;
export type InstalledCertificate = Readonly<z.infer<typeof installedSchema>>;

export const authorities = defineCollection<StoredAuthority>('authority', authoritySchema);
export const authorityKeys = defineCollection('authority-key', keyRecordSchema);

/** The only key in these collections: a partition holds one authority. */
export const AUTHORITY_KEY = 'authority';

/** Whether the authority has no key, yet or for good. */
export function isUnfinished(authority: StoredAuthority): authority is UnfinishedAuthority {
  return authority.status === 'CREATING' || authority.status === 'FAILED';
}

/** The partition of everything that belongs to one authority. */
export function authorityPartition(authorityId: string): string {
  return `ca-${authorityId}`;
}

/** The sealing context of an authority's private key. */
export function authorityKeySealContext(authorityId: string): string {
  return `ca/${authorityId}/private-key`;
}
