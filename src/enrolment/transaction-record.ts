import { createHash } from 'node:crypto';
import { z } from 'zod';
import { base64Bytes, defineCollection } from '../store/collection.ts';

/** An enrolment as stored, in its connector's partition under `transactionKey`. Times are milliseconds since the epoch. */
const transactionSchema = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('issuing'),
    /** Everything the CA is told is fixed here, so that whoever goes on after a crash tells it the same. */
    idempotencyToken: z.string(),
    notAfter: z.number(),
    challengeArn: z.string(),
    startedAt: z.number(),
  }),
  z.strictObject({
    state: z.literal('issued'),
    certificateArn: z.string(),
    /** DER. */
    certificate: base64Bytes,
    challengeArn: z.string(),
    issuedAt: z.number(),
  }),
]);

export type TransactionRecord = Readonly<z.infer<typeof transactionSchema>>;
export type IssuingTransaction = Extract<TransactionRecord, { state: 'issuing' }>;
export type IssuedTransaction = Extract<TransactionRecord, { state: 'issued' }>;

export const transactions = defineCollection<TransactionRecord>('transactions', transactionSchema);

/**
 * What makes two requests the same (protocol C59): the transactionID and the whole certification request, key included. The
 * transactionID alone does not: clients use a hash of their key again and again, sscep a constant.
 */
export function transactionKey(transactionIdDer: Uint8Array, csrDer: Uint8Array): string {
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  return createHash('sha256').update(digest(transactionIdDer)).update(digest(csrDer)).digest('hex');
}
