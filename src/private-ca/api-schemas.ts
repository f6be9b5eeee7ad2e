import { z } from 'zod';
import type { SigningAlgorithm } from '../x509/signing-algorithm.ts';
import { SIGNING_ALGORITHMS } from '../x509/signing-algorithm.ts';
import type { KeyAlgorithm } from './key-algorithms.ts';
import { KEY_ALGORITHMS } from './key-algorithms.ts';

/** Shapes that several actions share, with the constraints of the API model. */

export const arnSchema = z
  .string()
  .min(5)
  .max(200)
  .regex(/^arn:[\w+=/,.@-]+:acm-pca:[\w+=/,.@-]*:[0-9]*:[\w+=,.@-]+(\/[\w+=,.@-]+)*$/);

export const idempotencyTokenSchema = z
  .string()
  .min(1)
  .max(36)
  .regex(/^[\t\n\r\u0020-\u00ff]*$/);

export const keyAlgorithmSchema = z.enum(Object.keys(KEY_ALGORITHMS) as [KeyAlgorithm]);

export const signingAlgorithmSchema = z.enum(Object.keys(SIGNING_ALGORITHMS) as [SigningAlgorithm]);

/** A blob: PEM text on the wire of AWS, already decoded from base64. */
export function blobSchema(maxOctets: number) {
  return z
    .instanceof(Uint8Array)
    .refine((bytes) => bytes.length > 0 && bytes.length <= maxOctets, `1 to ${maxOctets} octets`);
}

/** A member of the API that this server does not do yet: refused by name instead of ignored. */
export function notSupported() {
  return z.undefined('is not supported by the embedded private CA').optional();
}
