import { z } from 'zod';
import { storedObject } from '../../store/collection.ts';

/** Why a certificate is issued, as transactions store it. */
export const rightSchema = z.discriminatedUnion('kind', [
  storedObject({ kind: z.literal('challenge'), challengeArn: z.string() }),
  /** `predecessor` and `lineage` as in IssuedCertificateRecord. */
  storedObject({ kind: z.literal('renewal'), predecessor: z.string(), lineage: z.string() }),
]);

export type Right = Readonly<z.infer<typeof rightSchema>>;
