import { OID } from '../../../src/asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../../../src/asn1/read-ber.ts';
import { derOid } from '../../../src/asn1/write-der.ts';

const VARYING = [OID.scepSenderNonce, OID.signingTime].map((oid) => Buffer.from(derOid(oid)));

/**
 * A FAILURE CertRep in hexadecimal, with zeros for what must differ between replies: the sender's
 * nonce, the signing time and the signature. The rest, lengths included, is what a client could
 * tell replies apart by.
 */
export function constantPart(certRep: Uint8Array): string {
  const copy = Uint8Array.from(certRep);
  const [, content] = readBer(copy).children;
  const signerInfo = content?.children[0]?.children.at(-1)?.children[0];
  const attributes = signerInfo?.children.find(({ tagClass }) => tagClass === 'context');
  const signature = signerInfo?.children.at(-1);
  if (attributes === undefined || signature === undefined) throw new Error('not a CertRep');
  signature.content.fill(0);
  let zeroed = 0;
  for (const { children } of attributes.children) {
    const [type, values] = children as [BerElement, BerElement];
    if (!VARYING.some((oid) => oid.equals(type.bytes))) continue;
    values.children[0]?.content.fill(0);
    zeroed += 1;
  }
  if (zeroed !== VARYING.length) throw new Error('the CertRep lacks a nonce or a time');
  return Buffer.from(copy).toString('hex');
}
