import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineConnectorCollection } from '../../connectors/connector-collections.ts';
import { REFUSAL_REASONS, type RefusalReason } from '../../scep/refusal.ts';
import { base64Bytes, storedObject } from '../../store/collection.ts';
import { sealedText } from '../../store/seal.ts';
import { rightSchema } from '../authorise/right.ts';

const common = {
  /** The digest of the key that signed the request; others must show their right to the reply. */
  signerKeyDigest: z.string(),
  /** The challenge password, sealed, when only it can encrypt the reply (RFC 8894 section 3.1). */
  sealedReplyPassword: sealedText.optional(),
  right: rightSchema,
};

/** `Passthrough`; absent when the CSR's extensions are the certificate's. */
const passthroughSchema = storedObject({
  csrExtensions: z.enum(['copied', 'ignored']),
  extensions: z
    .array(storedObject({ oid: z.string(), critical: z.boolean(), value: base64Bytes }))
    .readonly(),
});

/**
 * An enrolment, stored in its connector's partition under `transactionKey`. Times are milliseconds
 * since the epoch.
 */
const transactionSchema = z.discriminatedUnion('state', [
  storedObject({
    ...common,
    state: z.literal('issuing'),
    /**
     * The token and the members up to `extendedKeyUsage` are sent to the CA; after a crash another
     * process sends the same.
     */
    idempotencyToken: z.string(),
    /** PKCS #10, sealed, since it holds the challenge. */
    sealedCsr: sealedText,
    /** The `privateKeyName` of the CSR; earlier versions stored none. */
    keyName: z.string().optional(),
    notBefore: z.number().optional(),
    notAfter: z.number(),
    passthrough: passthroughSchema.optional(),
    /** As earlier versions stored a `passthrough` of extKeyUsage alone. */
    extendedKeyUsage: z.array(z.string()).optional(),
    /** Absent while the CA has certainly issued nothing. */
    asked: storedObject({
      /** The token was certainly not used earlier. */
      since: z.number(),
      /** Several calls may have used the token, so none can tell that nothing was issued. */
      byMany: z.boolean().optional(),
    }).optional(),
    /** Once the CA has taken the request. */
    certificateArn: z.string().optional(),
    /** The client has been told to wait. */
    waiting: z.boolean().optional(),
    startedAt: z.number(),
  }),
  storedObject({
    ...common,
    state: z.literal('issued'),
    /** The certificate's `serialHex`; its record outlives this one. */
    serial: z.string(),
    issuedAt: z.number(),
    /**
     * What the record of a local authority needs besides the certificate, which nobody gets before
     * it is there.
     */
    recording: storedObject({ templateName: z.string(), idempotencyToken: z.string() }).optional(),
    /** Until then the same request gets the same certificate; later it is a new request. */
    repeatUntil: z.number(),
  }),
  /** Kept for polls, and so that a request with an uncertain outcome is not issued twice. */
  storedObject({
    ...common,
    state: z.literal('failed'),
    reason: z.enum(Object.keys(REFUSAL_REASONS) as [RefusalReason]),
    failedAt: z.number(),
  }),
]);

export type TransactionRecord = Readonly<z.infer<typeof transactionSchema>>;
export type IssuingTransaction = Extract<TransactionRecord, { state: 'issuing' }>;
export type IssuedTransaction = Extract<TransactionRecord, { state: 'issued' }>;

export const transactions = defineConnectorCollection<TransactionRecord>(
  'transactions',
  transactionSchema,
);

/** From the `pollKey` of a CertPoll to its transaction. */
export const polls = defineConnectorCollection(
  'polls',
  storedObject({ transactionKey: z.string() }),
);

/** What names a transaction. */
export interface TransactionName {
  readonly transactionIdDer: Uint8Array;
  readonly csrDer: Uint8Array;
  readonly signerKeyDigest: string;
  /** Another key than that in the CSR signed it, with a challenge. */
  readonly isRelayed: boolean;
  /** `serialHex` of the signer's certificate, when this connector issued it. */
  readonly predecessor: string | undefined;
}

/**
 * Two requests are the same when their transactionID, CSR, signer's key and renewed certificate
 * are the same (docs/rfc8894-conformance.md C59). The transactionID alone is not enough: clients
 * reuse a hash of their key, and sscep sends a constant. Without the renewed certificate, a device
 * that keeps its key would send the same bytes a year later.
 *
 * When another key signs a CSR with a challenge, transactionID and signer do not count: whoever
 * captures an envelope could sign it again and again, and each would be one certificate.
 */
export function transactionKey(name: TransactionName): string {
  const { transactionIdDer, csrDer, signerKeyDigest, isRelayed, predecessor } = name;
  const parts = isRelayed
    ? [digest(csrDer)]
    : [digest(transactionIdDer), digest(csrDer), Buffer.from(signerKeyDigest, 'hex')];
  if (predecessor !== undefined) parts.push(digest(Buffer.from(predecessor)));
  return digest(...parts).toString('hex');
}

/** A CertPoll is matched by its transactionID and signer's key (RFC 8894 section 3.3.3). */
export function pollKey(transactionId: string, signerKeyDigest: string): string {
  return digest(digest(Buffer.from(transactionId)), Buffer.from(signerKeyDigest, 'hex')).toString(
    'hex',
  );
}

/** SHA-256, 64 hexadecimal digits. @param subjectPublicKeyInfo DER */
export function keyDigest(subjectPublicKeyInfo: Uint8Array): string {
  return digest(subjectPublicKeyInfo).toString('hex');
}

function digest(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The sealing context of a transaction's secrets. */
export function transactionSealContext(
  connectorId: string,
  key: string,
  what: 'csr' | 'reply-password',
): string {
  return `connector/${connectorId}/transaction/${key}/${what}`;
}
