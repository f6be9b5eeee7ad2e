import { z } from 'zod';
import { base64Bytes, defineCollection } from '../store/collection.ts';
import { keyAlgorithmSchema, signingAlgorithmSchema } from './api-schemas.ts';
import { asn1SubjectSchema } from './asn1-subject.ts';

/** What issuing needs of the authority's own certificate, so that it is parsed once, when it is imported. */
const installedSchema = z.strictObject({
  certificate: base64Bytes,
  /** Name, DER: the issuer of what the authority signs. */
  subject: base64Bytes,
  /** Lower-case hexadecimal, without leading zeros. */
  serialNumber: z.string(),
  notBefore: z.number(),
  notAfter: z.number(),
  /** For the authorityKeyIdentifier of what the authority signs. */
  keyIdentifier: base64Bytes,
});

/** An authority as stored, in the partition `ca-{id}`. Times are milliseconds since the epoch. */
const authoritySchema = z.strictObject({
  arn: z.string(),
  id: z.uuid(),
  accountId: z.string(),
  type: z.literal('ROOT'),
  /** EXPIRED is not stored: `authorityStatus` derives it. */
  status: z.enum(['PENDING_CERTIFICATE', 'ACTIVE', 'DISABLED']),
  keyAlgorithm: keyAlgorithmSchema,
  signingAlgorithm: signingAlgorithmSchema,
  subject: asn1SubjectSchema,
  subjectPublicKeyInfo: base64Bytes,
  csr: base64Bytes,
  installed: installedSchema.optional(),
  createdAt: z.number(),
  lastStateChangeAt: z.number(),
});

const authorityKeySchema = z.strictObject({
  /** PKCS #8, DER, sealed under `authorityKeySealContext`. */
  sealedPrivateKey: z.string(),
});

export type AuthorityRecord = Readonly<z.infer<typeof authoritySchema>>;
export type InstalledCertificate = Readonly<z.infer<typeof installedSchema>>;

export const authorities = defineCollection<AuthorityRecord>('authority', authoritySchema);
export const authorityKeys = defineCollection('authority-key', authorityKeySchema);

/** The one key in both collections: a partition holds one authority. */
export const AUTHORITY_KEY = 'authority';

export function authorityPartition(authorityId: string): string {
  return `ca-${authorityId}`;
}

export function authorityKeySealContext(authorityId: string): string {
  return `ca/${authorityId}/private-key`;
}

export type AuthorityStatus = AuthorityRecord['status'] | 'EXPIRED';

/** The status that the API shows: an authority whose certificate has expired is EXPIRED, whatever it was before. */
export function authorityStatus(authority: AuthorityRecord, now: number): AuthorityStatus {
  const { installed, status } = authority;
  return installed !== undefined && installed.notAfter < now ? 'EXPIRED' : status;
}
