import { z } from 'zod';
import type { KeyUsage } from '../../x509/key-usage.ts';

/** The members of KeyUsage of the API, as the bits of RFC 5280 section 4.2.1.3. */
const FLAGS = {
  DigitalSignature: 'digitalSignature',
  NonRepudiation: 'nonRepudiation',
  KeyEncipherment: 'keyEncipherment',
  DataEncipherment: 'dataEncipherment',
  KeyAgreement: 'keyAgreement',
  KeyCertSign: 'keyCertSign',
  CRLSign: 'cRLSign',
  EncipherOnly: 'encipherOnly',
  DecipherOnly: 'decipherOnly',
} as const satisfies Readonly<Record<string, KeyUsage>>;

const flag = z.boolean().optional();

/** KeyUsage of the API model. */
export const keyUsageFlagsSchema = z
  .object({
    DigitalSignature: flag,
    NonRepudiation: flag,
    KeyEncipherment: flag,
    DataEncipherment: flag,
    KeyAgreement: flag,
    KeyCertSign: flag,
    CRLSign: flag,
    EncipherOnly: flag,
    DecipherOnly: flag,
  })
  .readonly();

export type KeyUsageFlags = z.infer<typeof keyUsageFlagsSchema>;

/** The usages whose flags are set; none when all are false or absent. */
export function readKeyUsageFlags(flags: KeyUsageFlags): readonly KeyUsage[] {
  const members = Object.keys(FLAGS) as (keyof typeof FLAGS)[];
  return members.filter((member) => flags[member] === true).map((member) => FLAGS[member]);
}
