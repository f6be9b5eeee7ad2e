import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineConnectorCollection } from '../../connectors/connector-collections.ts';
import { REFUSAL_REASONS, type RefusalReason } from '../../scep/refusal.ts';
import { sealedText } from '../../store/seal.ts';
import { rightSchema } from '../authorise/right.ts';

const common = {
  /** Whose transaction it is: the digest of the key that signed the request, which alone gets the answer. */
  signerKeyDigest: z.string(),
  /** The challenge password, sealed, when only it can encrypt the reply (RFC 8894 section 3.1). */
  sealedReplyPassword: sealedText.optional(),
  right: rightSchema,
};

/** An enrolment as stored, in its connector's partition under `transactionKey`. Times are milliseconds since the epoch. */
const transactionSchema = z.discriminatedUnion('state', [
  z.strictObject({
    ...common,
    state: z.literal('issuing'),
    /** Everything the CA is told is fixed here, so that whoever goes on after a crash tells it the same. */
    idempotencyToken: z.string(),
    /** PKCS #10, sealed, since it holds the challenge. */
    sealedCsr: sealedText,
    notBefore: z.number().optional(),
    notAfter: z.number(),
    /** Object identifiers for ApiPassthrough, when the CSR names none. */
    extendedKeyUsage: z.array(z.string()).optional(),
    /** Absent while the CA has certainly not been asked, or has done nothing each time. */
    asked: z
      .strictObject({
        /** Before that the token was certainly not used. */
        since: z.number(),
        /** Several may have used it, so that none of them can tell that nothing came of it. */
        byMany: z.boolean().optional(),
      })
      .optional(),
    /** Once the CA has taken the request. */
    certificateArn: z.string().optional(),
    /** The client has been told to wait. */
    waiting: z.boolean().optional(),
    startedAt: z.number(),
  }),
  z.strictObject({
    ...common,
    state: z.literal('issued'),
    /** What the certificate is on record under (issued-certificate-record.ts), for longer than this. */
    serial: z.string(),
    issuedAt: z.number(),
    /** Until then the same request gets the same certificate; later it is a new request. */
    repeatUntil: z.number(),
  }),
  /** Kept so that a poll learns of it, and so that the same request is not issued for again when it may have been already. */
  z.strictObject({
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

/** From what a CertPoll names, under `pollKey`, to the transaction. */
export const polls = defineConnectorCollection(
  'polls',
  z.strictObject({ transactionKey: z.string() }),
);

/**
 * What makes two requests the same (protocol C59): the transactionID, the whole certification request with its key, the key that
 * signed the message, and the certificate that it renews. The transactionID alone does not: clients use a hash of their key
 * again and again, sscep a constant. Nor do the first three: whoever keeps the key often sends the same bytes a year later.
 * @param predecessor the serial key of the signer's certificate, when this connector issued it
 */
export function transactionKey(
  transactionIdDer: Uint8Array,
  csrDer: Uint8Array,
  signerKeyDigest: string,
  predecessor: string | undefined,
): string {
  const parts = [digest(transactionIdDer), digest(csrDer), Buffer.from(signerKeyDigest, 'hex')];
  if (predecessor !== undefined) parts.push(digest(Buffer.from(predecessor)));
  return digest(...parts).toString('hex');
}

/** What a CertPoll is matched by (protocol C51): the transactionID and the key that signed the request. */
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

/** The sealing context of what a transaction keeps secret. */
export function transactionSealContext(
  connectorId: string,
  key: string,
  what: 'csr' | 'reply-password',
): string {
  return `connector/${connectorId}/transaction/${key}/${what}`;
}
