import { z } from 'zod';
import { base64Bytes, storedObject } from '../../store/collection.ts';
import { sealedText } from '../../store/seal.ts';
import { defineConnectorCollection } from '../connector-collections.ts';

/** One generation of an RA identity, in the connector's partition under `raIdentityKey`. */
const raIdentitySchema = storedObject({
  generation: z.int().positive(),
  /** Milliseconds since the epoch: GetCACert serves this generation from then on. */
  activeFrom: z.number(),
  /** DER. */
  certificate: base64Bytes,
  /** PKCS #8, sealed. */
  sealedPrivateKey: sealedText,
});

export type RaIdentityRecord = Readonly<z.infer<typeof raIdentitySchema>>;

export const raIdentities = defineConnectorCollection<RaIdentityRecord>(
  'ra-identities',
  raIdentitySchema,
);

/** A connector keeps this many; a further rotation deletes the oldest. */
export const MAX_RA_GENERATIONS = 16;

/** Keys sort in the order of the generations. */
export function raIdentityKey(generation: number): string {
  return String(generation).padStart(8, '0');
}

/** The sealing context of a generation's private key. */
export function raIdentitySealContext(connectorId: string, generation: number): string {
  return `connector/${connectorId}/ra-identity/${generation}`;
}
