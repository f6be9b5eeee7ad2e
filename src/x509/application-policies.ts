import { DecodeError } from '../asn1/decode-error.ts';
import { readBer } from '../asn1/read-ber.ts';
import { readOid } from './read-oid.ts';

const MAX_POLICIES = 64;
const SEQUENCE = 16;

/**
 * The dotted purposes in Microsoft's application policies extension (MS-WCCE 2.2.2.7.7.3), which has the syntax of
 * certificatePolicies. @throws DecodeError when malformed, empty or above 64.
 */
export function parseApplicationPolicies(value: Uint8Array): readonly string[] {
  const { tagClass, tagNumber, children } = readBer(value);
  const isSequence = tagClass === 'universal' && tagNumber === SEQUENCE;
  if (!isSequence || children.length === 0 || children.length > MAX_POLICIES) {
    throw new DecodeError('applicationPolicies is malformed');
  }
  return children.map(({ children: [purpose] }) => {
    if (purpose === undefined) throw new DecodeError('applicationPolicies is malformed');
    return readOid(purpose);
  });
}
