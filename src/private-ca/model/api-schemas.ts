import { z } from 'zod';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../x509/signing-algorithm.ts';
import { supportedKeyAlgorithmSchema } from './key-algorithms.ts';

/** Shapes that several actions share, with the constraints of the API model. */

export const arnSchema = z
  .string()
  .min(5)
  .max(200)
  .regex(/^(?:arn:[\w+=/,.@-]+:acm-pca:[\w+=/,.@-]*:[0-9]*:[\w+=,.@-]+(\/[\w+=,.@-]+)*)$/);

export const idempotencyTokenSchema = z
  .string()
  .min(1)
  .max(36)
  .regex(/^(?:[\t\n\r\u0020-\u00FF]*)$/);

export const signingAlgorithmSchema = z.enum(Object.keys(SIGNING_ALGORITHMS) as [SigningAlgorithm]);

/**
 * KeyAlgorithm and SigningAlgorithm of the model, which also list algorithms that this server
 * lacks.
 */
export const modelKeyAlgorithmSchema = z.enum([
  ...supportedKeyAlgorithmSchema.options,
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
  'SM2',
]);

export const modelSigningAlgorithmSchema = z.enum([
  ...signingAlgorithmSchema.options,
  'SM3WITHSM2',
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
]);

export const maxResultsSchema = z.int().min(1).max(1000);

export const nextTokenSchema = z.string().min(1).max(43_739);

export const accountIdSchema = z
  .string()
  .length(12)
  .regex(/^(?:[0-9]+)$/);

/** CustomObjectIdentifier of the API model. */
export const customObjectIdentifierSchema = z
  .string()
  .max(64)
  .regex(/^(?:([0-2])\.([0-9]|([0-3][0-9]))((\.([0-9]+)){0,126}))$/);
