import { z } from 'zod';

/** Why a certificate is issued, as transactions store it. */
export const rightSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('challenge'), challengeArn: z.string() }),
  /** `predecessor` and `lineage` as in IssuedCertificateRecord. */
  z.strictObject({ kind: z.literal('renewal'), predecessor: z.string(), lineage: z.string() }),
]);

export type Right = Readonly<z.infer<typeof rightSchema>>;
